import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readSurroundings } from '../src/cli/read-surroundings.ts';
import { runCli } from '../src/cli/run-cli.ts';
import type { Output, Surroundings } from '../src/cli/surroundings.ts';
import { containerOf, makeEngine } from './our-engine.ts';
import { openWorkspace, type Workspace } from './workspace.ts';

const never = new AbortController().signal;
const closeBudgetMs = 10_000;
const sandboxesPerRound = 5;
const containers = 5;
const scenarios = ['hello-world', 'services', 'sealed-network', 'writable-layer', 'cases'];
/** Caches fill and code is compiled in the first rounds: they are not counted. */
const warmUpRounds = 3;
/** What is in use once the collector has been; a leak of a kilobyte per container shows after a few hundred rounds. */
const mostHeapGrown = 8 * 2 ** 20;
/** What the collector gave back may still be held for its next use. */
const mostResidentGrown = 48 * 2 ** 20;

export interface SoakOptions {
  readonly root: string;
  /** Gets the store and the state directory. */
  readonly folder: string;
  readonly forMs: number;
}

interface Footprint {
  readonly descriptors: number;
  readonly heapBytes: number;
  readonly residentBytes: number;
  readonly stateFiles: readonly string[];
}

/** Opens and closes sandboxes and runs scenarios in this one process until the time is over; exit status 1 if anything was left or grew. */
export async function soak({ root, folder, forMs }: SoakOptions): Promise<number> {
  using workspace = openWorkspace(root);
  const states = [folder, workspace.directory].map((each) => join(each, 'state'));
  for (const each of states) mkdirSync(each);
  const problems: string[] = [];
  const surroundings = readSurroundings(root);
  const round = async (): Promise<void> => {
    problems.push(...(await runSandboxes(workspace)), ...(await runScenarios(surroundings, folder)));
  };
  for (let warming = 0; warming < warmUpRounds; warming += 1) await round();
  const before = footprint(states);
  const deadline = performance.now() + forMs;
  let rounds = 0;
  do {
    await round();
    rounds += 1;
  } while (performance.now() < deadline && problems.length === 0);
  const after = footprint(states);
  const what = `${sandboxesPerRound} sandboxes of ${containers} containers and ${scenarios.length} scenarios`;
  process.stdout.write(`${rounds} rounds of ${what}: ${describe(before)} before, ${describe(after)} after\n`);
  problems.push(...compare(before, after));
  for (const each of problems) process.stderr.write(`soak: ${each}\n`);
  return problems.length === 0 ? 0 : 1;
}

let opened = 0;

async function runSandboxes(workspace: Workspace): Promise<readonly string[]> {
  const engine = makeEngine(workspace);
  const problems: string[] = [];
  for (let at = 0; at < sandboxesPerRound; at += 1) {
    opened += 1;
    const sandbox = await engine.openSandbox(
      {
        runId: `soak${process.pid}x${opened}`,
        networks: [{ name: 'front', egress: false }],
        volumes: [{ name: 'data' }],
        upper: 'auto',
      },
      never,
    );
    const network = { kind: 'attached', attachments: [{ network: 'front', aliases: [] }] } as const;
    const started = await Promise.all(
      Array.from({ length: containers }, (_, n) =>
        sandbox.startContainer(containerOf(`c${n}`, ['/bin/sleep'], { network }), never),
      ),
    );
    const exec = await started[0]?.exec(containerOf('exec', ['/bin/true']).process, never);
    await exec?.exited;
    const leaks = await sandbox.close(closeBudgetMs);
    problems.push(...leaks.map(({ kind, what }) => `sandbox ${opened} left a ${kind}: ${what}`));
  }
  return problems;
}

/** The whole command, composed as for every user, but in this process: what it does not let go of adds up. */
async function runScenarios(surroundings: Surroundings, folder: string): Promise<readonly string[]> {
  let text = '';
  const output: Output = {
    write: (more) => {
      text += more;
    },
    writeBytes: async () => {},
    isTerminal: false,
    hasColor: false,
    columns: 100,
    rows: 24,
  };
  const { packageDirectory, environment } = surroundings;
  const status = await runCli({
    ...surroundings,
    arguments: ['test', ...scenarios.map((name) => `${packageDirectory}/scenarios/${name}.yaml`)],
    environment: {
      ...environment,
      MAYFLY_STORE: join(folder, 'store'),
      MAYFLY_STATE: join(folder, 'state'),
    },
    stdout: output,
    stderr: output,
  });
  return status === 0 ? [] : [`the scenarios ended with ${status}:\n${text}`];
}

function footprint(states: readonly string[]): Footprint {
  global.gc?.();
  const { heapUsed, rss } = process.memoryUsage();
  return {
    descriptors: readdirSync('/proc/self/fd').length,
    heapBytes: heapUsed,
    residentBytes: rss,
    stateFiles: states.flatMap((state) => readdirSync(state, { recursive: true }).map(String)),
  };
}

function compare(before: Footprint, after: Footprint): readonly string[] {
  const descriptors = after.descriptors - before.descriptors;
  const heap = after.heapBytes - before.heapBytes;
  const resident = after.residentBytes - before.residentBytes;
  const files = after.stateFiles.filter((file) => !before.stateFiles.includes(file));
  return [
    ...(descriptors > 0 ? [`${descriptors} descriptors were not closed`] : []),
    ...(heap > mostHeapGrown ? [`the heap grew by ${megabytes(heap)}`] : []),
    ...(resident > mostResidentGrown ? [`resident memory grew by ${megabytes(resident)}`] : []),
    ...files.map((file) => `left in the state directory: ${file}`),
  ];
}

const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
const describe = ({ descriptors, heapBytes, residentBytes }: Footprint): string =>
  `${descriptors} descriptors, ${megabytes(heapBytes)} of heap, ${megabytes(residentBytes)} resident`;
