import type { ContainerSpec } from '../../../src/core/container.ts';
import type { Container, ContainerUsage } from '../../../src/core/engine.ts';
import { emptyImageConfig, type Image } from '../../../src/core/image.ts';
import type { CallResult, HeldPort, Probe, SystemCall, Witness } from '../../../src/core/probe.ts';
import type { Guest, Subject } from '../../../src/scenario/isolation/check.ts';
import { containerSpec } from '../../engine/contract/container-spec.ts';

const refuse = (): never => {
  throw new Error('these tests need no such thing');
};

export function fakeContainer(change: Partial<Container> = {}): Container {
  return {
    name: 'one',
    id: '1'.repeat(64),
    state: 'running',
    upper: 'tmpfs',
    get main(): never {
      return refuse();
    },
    networks: [],
    ports: [],
    exec: refuse,
    start: refuse,
    stop: refuse,
    kill: refuse,
    pause: refuse,
    unpause: refuse,
    connect: refuse,
    disconnect: refuse,
    remove: refuse,
    dial: refuse,
    listening: async () => [],
    processes: async () => [],
    usage: async (): Promise<ContainerUsage> => ({}),
    probe: refuse,
    witness: refuse,
    stat: refuse,
    readFile: refuse,
    readArchive: refuse,
    changes: refuse,
    readLayer: refuse,
    writeArchive: refuse,
    ...change,
  };
}

/** What a call ends with; undefined: success, with nothing in its memory. */
export type Answer = (call: SystemCall) => Partial<CallResult> | undefined;

/** Its descriptors are numbered as calls are. */
export function scriptedProbe(answer: Answer): Probe {
  const emptied = (call: SystemCall): readonly Uint8Array[] =>
    call.args.flatMap((arg) => {
      if (typeof arg !== 'object') return [];
      if ('out' in arg) return [new Uint8Array(arg.out)];
      if ('filled' in arg) return [new Uint8Array()];
      return 'inOut' in arg ? [arg.inOut] : [];
    });
  return {
    environment: [],
    ended: new Promise(() => {}),
    calls: async (calls) =>
      calls.flatMap(timed).map((call, at) => {
        const said = answer(call);
        return { value: said?.error === undefined ? at : -1, out: emptied(call), ...said };
      }),
    async [Symbol.asyncDispose]() {},
  };
}

const timed = (call: SystemCall): readonly SystemCall[] =>
  Array.from({ length: call.times ?? 1 }, (_, time) => {
    const [first, ...rest] = call.args;
    return { ...call, args: typeof first === 'number' ? [first + time, ...rest] : call.args };
  });

export interface HostFiles {
  readonly own?: Readonly<Record<string, string>>;
  readonly runner?: Readonly<Record<string, string>>;
  /** By the host's number. */
  readonly others?: Readonly<Record<number, Readonly<Record<string, string>>>>;
  /** A port of the runner's at an address. */
  readonly hold?: (address: string) => HeldPort | { readonly error: string };
}

export function scriptedWitness({
  own = {},
  runner = {},
  others = {},
  hold = () => ({ error: 'EADDRNOTAVAIL' }),
}: HostFiles): Witness {
  return {
    pid: 700,
    read: (name) => own[name],
    readOf: (pid, name) => others[pid]?.[name],
    readSelf: (name) => runner[name],
    pids: () => Object.keys(others).map(Number),
    holdPort: async (address) => hold(address),
  };
}

export function fakeGuest(name: string, answer: Answer, change: Partial<Container> = {}): Guest {
  return { name, container: fakeContainer({ name, ...change }), root: scriptedProbe(answer) };
}

const image: Image = {
  id: 'sha256:0',
  name: 'none',
  layers: [],
  config: emptyImageConfig,
  platform: 'linux/amd64',
  createdAt: '',
  sizeBytes: 0,
};

export const fakeSpec = (change: Partial<ContainerSpec> = {}): ContainerSpec =>
  containerSpec(image, 'one', ['sleep'], change);

/** Under examination, on its own, with a clock that sleeping sets forward. */
export function fakeSubject(change: Partial<Subject> = {}): Subject {
  let nowMs = 0;
  const probe = scriptedProbe(() => undefined);
  return {
    name: 'one',
    spec: fakeSpec(),
    container: fakeContainer(),
    probe,
    root: probe,
    witness: scriptedWitness({}),
    siblings: [],
    guests: [],
    networks: [],
    examination: { startedAtMs: 0 },
    clock: {
      nowMs: () => nowMs,
      sleep: async (ms) => {
        nowMs += ms;
      },
    },
    signal: new AbortController().signal,
    openProbe: refuse,
    openTwin: refuse,
    openBareTwin: refuse,
    sharedTwin: refuse,
    alone: (look) => look(),
    ...change,
  };
}
