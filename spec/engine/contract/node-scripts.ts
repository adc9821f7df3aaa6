import type { Duplex } from 'node:stream';
import type { FakeMachine, FakeProgram } from '../../../src/engine/fake/fake-program.ts';

/** A script for `node -e`, and what a fake engine does in its place: the same, in its own terms. */
export interface NodeScript {
  readonly source: string;
  readonly asFake: FakeProgram;
}

const forever = Number.POSITIVE_INFINITY;

async function upForever(machine: FakeMachine): Promise<number> {
  await machine.write('up\n');
  await machine.sleep(forever);
  return 0;
}

/** Exits with 3 on SIGTERM, once it has said `up`. */
export const exitsOnTerm: NodeScript = {
  source: `process.on('SIGTERM', () => process.exit(3)); setInterval(() => {}, 1e6); console.log('up')`,
  asFake(machine) {
    machine.onSignal('SIGTERM', () => machine.exit(3));
    return upForever(machine);
  },
};

/** Ignores SIGTERM. */
export const ignoresTerm: NodeScript = {
  source: `process.on('SIGTERM', () => {}); setInterval(() => {}, 1e6); console.log('up')`,
  asFake(machine) {
    machine.onSignal('SIGTERM', 'ignore');
    return upForever(machine);
  },
};

/** Greets whoever connects to TCP 7000, and closes. */
export const greeter: NodeScript = {
  source: `require('net').createServer((c) => { c.on('error', () => {}); c.end('hello\\n') }).listen(7000, '0.0.0.0', () => console.log('up'))`,
  asFake(machine) {
    machine.listen({ port: 7000 }, (connection: Duplex) => connection.end('hello\n'));
    return upForever(machine);
  },
};

/** Sends back what it gets on TCP 7001, bound to loopback only. */
export const echoOnLoopback: NodeScript = {
  source: `require('net').createServer((c) => { c.on('error', () => {}); c.pipe(c) }).listen(7001, '127.0.0.1', () => console.log('up'))`,
  asFake(machine) {
    machine.listen({ port: 7001, address: '127.0.0.1' }, (connection: Duplex) => connection.pipe(connection));
    return upForever(machine);
  },
};

/** A bound UDP socket on 7002. */
export const udpSocket: NodeScript = {
  source: `require('dgram').createSocket('udp4').bind(7002, '0.0.0.0', () => console.log('up'))`,
  asFake(machine) {
    machine.listen({ port: 7002, protocol: 'udp' }, () => {});
    return upForever(machine);
  },
};

/** Writes a megabyte to standard output and ends. */
export const megabyte: NodeScript = {
  source: `process.stdout.write('x'.repeat(1048576))`,
  async asFake(machine) {
    for (let written = 0; written < 1_048_576; written += 65_536) await machine.write('x'.repeat(65_536));
    return 0;
  },
};

/** Counts: one line each 10 ms, for ever. */
export const counter: NodeScript = {
  source: `let n = 0; setInterval(() => console.log(n++), 10)`,
  async asFake(machine) {
    for (let n = 0; ; n += 1) {
      await machine.sleep(10);
      await machine.write(`${n}\n`);
    }
  },
};

const scripts: readonly NodeScript[] = [
  exitsOnTerm,
  ignoresTerm,
  greeter,
  echoOnLoopback,
  udpSocket,
  megabyte,
  counter,
];

export function node(script: NodeScript): readonly string[] {
  return ['node', '-e', script.source];
}

/** `node` for the fake engine: it knows the scripts above and nothing else. */
export const fakeNode: FakeProgram = (machine) => {
  const known = scripts.find(({ source }) => source === machine.argv[2]);
  if (known === undefined) throw new Error(`the fake node does not know: ${machine.argv[2]}`);
  return known.asFake(machine);
};
