import { fileURLToPath } from 'node:url';
import type { Output, SignalName, Surroundings } from '../../src/cli/surroundings.ts';

export interface TestSurroundings extends Surroundings {
  readonly out: () => string;
  readonly err: () => string;
  readonly send: (signal: SignalName) => void;
}

export const packageDirectory = fileURLToPath(new URL('../..', import.meta.url));

/** A process of our own making: what it writes is kept, and nothing is read from the real one. */
export function testSurroundings(change: Partial<Surroundings> = {}): TestSurroundings {
  const out = collect();
  const err = collect();
  const listeners = new Set<(signal: SignalName) => void>();
  return {
    arguments: [],
    environment: {},
    workingDirectory: packageDirectory,
    packageDirectory,
    machine: {
      platform: 'linux',
      arch: 'x64',
      kernelRelease: '6.18.0',
      cores: 2,
      nodeVersion: 'v20.19.0',
      nodePath: '/usr/bin/node',
    },
    user: { uid: 1000, gid: 1000, login: 'ann', home: '/home/ann' },
    stdin: { isTerminal: false, read: async function* () {}, readLine: async () => '' },
    stdout: out.output,
    stderr: err.output,
    monotonicMs: () => 0,
    dateMs: () => 0,
    randomBytes: (count) => new Uint8Array(count).fill(7),
    onSignal: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    flush: async () => {},
    exit: (status) => {
      throw new Error(`exit ${status}`);
    },
    ...change,
    out: out.text,
    err: err.text,
    send: (signal) => {
      for (const listener of listeners) listener(signal);
    },
  };
}

function collect(): { readonly output: Output; readonly text: () => string } {
  let text = '';
  const output: Output = {
    write: (more) => {
      text += more;
    },
    writeBytes: async (bytes) => {
      text += Buffer.from(bytes).toString('latin1');
    },
    isTerminal: false,
    hasColor: false,
    columns: 100,
    rows: 24,
  };
  return { output, text: () => text };
}
