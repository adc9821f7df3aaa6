import type { CallResult, Probe, ProbeRights, SystemCall, Witness } from '../../core/probe.ts';

/** What a test says the kernel answers, from inside a container and from outside; what it leaves out is absent. */
export interface FakeKernel {
  call?(container: string, call: SystemCall, rights: ProbeRights): CallResult | undefined;
  /** `container` undefined: the runner's own. */
  read?(container: string | undefined, name: string): string | undefined;
}

export function fakeProbe(
  kernel: FakeKernel,
  container: string,
  rights: ProbeRights,
  environment: readonly string[],
): Probe {
  const answer = (call: SystemCall): CallResult =>
    kernel.call?.(container, call, rights) ?? { value: -1, error: 'ENOSYS', out: call.args.flatMap(emptied) };
  return {
    environment,
    ended: new Promise(() => {}),
    calls: async (calls) => calls.map(answer),
    async [Symbol.asyncDispose]() {},
  };
}

function emptied(arg: SystemCall['args'][number]): readonly Uint8Array[] {
  if (typeof arg !== 'object') return [];
  if ('out' in arg) return [new Uint8Array(arg.out)];
  return 'inOut' in arg ? [arg.inOut] : [];
}

export function fakeWitness(kernel: FakeKernel, container: string): Witness {
  return {
    pid: 1,
    read: (name) => kernel.read?.(container, name),
    readOf: () => undefined,
    readSelf: (name) => kernel.read?.(undefined, name),
    pids: () => [],
    holdPort: async () => ({ error: 'EADDRNOTAVAIL' }),
  };
}
