import type { ResourceLimits } from '../../../core/container.ts';
import { MayflyError } from '../../../core/mayfly-error.ts';
import { openFlags } from '../abi/open-flags.ts';
import { noSlot, type Op, type Slot, type Tape } from '../tape/op.ts';
import type { CgroupController, CgroupFacts } from './cgroup-facts.ts';
import { type CgroupSetting, cgroupSettings } from './cgroup-settings.ts';
import { SlotCounter } from './slot-counter.ts';

export interface CgroupChoice {
  readonly limits: ResourceLimits;
  /** Also what counts usage, as far as it is there. */
  readonly measured?: true;
  readonly facts: CgroupFacts;
  /** Of the sandbox: the directory `mayfly-<runId>` below each controller's. */
  readonly runId: string;
  /** Of the container in its sandbox; made safe for a directory by the caller's naming rules. */
  readonly container: string;
  readonly firstFree: Slot;
}

export interface CgroupPlan {
  /** For the supervisor, which has the rights. */
  readonly ops: Tape;
  /** Descriptors of `cgroup.procs` that the container's first process is to write itself into. */
  readonly procs: readonly Slot[];
  /** Absolute; where usage and OOM kills can be read. */
  readonly directories: Readonly<Partial<Record<CgroupController, string>>>;
}

/** The control groups of one container, with everything registered for removal before it is made. */
export function planCgroup({
  limits,
  measured,
  facts,
  runId,
  container,
  firstFree,
}: CgroupChoice): CgroupPlan {
  const settings = cgroupSettings(limits, facts);
  const limiting = [...new Set(settings.map(({ controller }) => controller))];
  refuseUnavailable(limiting, limits, facts);
  const counting =
    measured === true ? countingControllers.filter((name) => facts.controllers[name] !== undefined) : [];
  const controllers = [...new Set([...limiting, ...counting])];
  const slots = new SlotCounter(firstFree);
  const groups = groupByDirectory(controllers, settings, facts).map((group) =>
    planGroup(group, facts, `mayfly-${runId}`, container, slots),
  );
  return {
    ops: groups.flatMap(({ ops }) => ops),
    procs: groups.map(({ procs }) => procs),
    directories: Object.fromEntries(
      controllers.map((name) => [name, `${facts.controllers[name] ?? ''}/mayfly-${runId}/${container}`]),
    ),
  };
}

const countingControllers: readonly CgroupController[] = ['memory', 'pids', 'cpuacct'];

interface Group {
  readonly parent: string;
  readonly controllers: readonly CgroupController[];
  readonly settings: readonly CgroupSetting[];
}

/** Controllers that share a directory (v2; `cpu,cpuacct` and the like in v1) are one group. */
function groupByDirectory(
  controllers: readonly CgroupController[],
  settings: readonly CgroupSetting[],
  facts: CgroupFacts,
): readonly Group[] {
  const parents = [...new Set(controllers.map((name) => facts.controllers[name] ?? ''))];
  return parents.map((parent) => {
    const here = controllers.filter((name) => facts.controllers[name] === parent);
    return {
      parent,
      controllers: here,
      settings: settings.filter(({ controller }) => here.includes(controller)),
    };
  });
}

function planGroup(
  { parent, controllers, settings }: Group,
  facts: CgroupFacts,
  sandbox: string,
  container: string,
  slots: SlotCounter,
): { readonly ops: Tape; readonly procs: Slot } {
  const directory = slots.take();
  const procs = slots.take();
  const inner = `${sandbox}/${container}`;
  const write = (path: string, value: string): Op => ({
    kind: 'writeFile',
    dir: directory,
    path,
    data: Buffer.from(value),
  });
  return {
    procs,
    ops: [
      {
        kind: 'open',
        dir: noSlot,
        path: parent,
        flags: openFlags.O_PATH | openFlags.O_CLOEXEC,
        mode: 0,
        resolve: 0,
        into: directory,
      },
      ...makeGroup(directory, parent, sandbox),
      ...(facts.version === 'v2' ? enableControllers(controllers, facts, sandbox, write) : []),
      ...(facts.version !== 'v2' && controllers.includes('cpuset')
        ? inheritCpuset(facts, sandbox, write)
        : []),
      ...makeGroup(directory, parent, inner),
      ...settings.map(({ file, value }) => write(`${inner}/${file}`, value)),
      {
        kind: 'open',
        dir: directory,
        path: `${inner}/cgroup.procs`,
        flags: openFlags.O_WRONLY | openFlags.O_CLOEXEC,
        mode: 0,
        resolve: 0,
        into: procs,
      },
      { kind: 'close', slot: directory },
    ],
  };
}

function makeGroup(directory: Slot, parent: string, path: string): Tape {
  return [
    { kind: 'removeAtExit', path: `${parent}/${path}` },
    { kind: 'mkdir', dir: directory, path, mode: 0o755, flags: 1 },
  ];
}

/** v2: a controller must be enabled on every level above the one that uses it (cgroup-v2.rst, "Controlling Controllers"). */
function enableControllers(
  controllers: readonly CgroupController[],
  facts: CgroupFacts,
  sandbox: string,
  write: (path: string, value: string) => Op,
): Tape {
  const missing = controllers.filter((name) => !facts.enabled.includes(name));
  const words = (names: readonly string[]): string => names.map((name) => `+${name}`).join(' ');
  return [
    ...(missing.length === 0 ? [] : [write('cgroup.subtree_control', words(missing))]),
    write(`${sandbox}/cgroup.subtree_control`, words(controllers)),
  ];
}

function inheritCpuset(
  facts: CgroupFacts,
  sandbox: string,
  write: (path: string, value: string) => Op,
): Tape {
  return [
    write(`${sandbox}/cpuset.cpus`, facts.cpusetCpus),
    write(`${sandbox}/cpuset.mems`, facts.cpusetMems),
  ];
}

const keys: Readonly<Record<CgroupController, string>> = {
  memory: 'mem_limit',
  pids: 'pids_limit',
  cpu: 'cpus',
  cpuset: 'cpuset',
  cpuacct: 'stats',
};

/** A limit that was asked for and cannot be kept is an error, never silence. */
function refuseUnavailable(
  controllers: readonly CgroupController[],
  limits: ResourceLimits,
  facts: CgroupFacts,
): void {
  const refuse = (key: string, reason: string): never => {
    throw new MayflyError('HOST_LIMIT_UNAVAILABLE', `${key} was asked for, but ${reason}`, {
      hint: `remove ${key}, or see \`mayfly doctor\` for how to make it possible`,
    });
  };
  for (const controller of controllers) {
    if (facts.controllers[controller] !== undefined) continue;
    refuse(
      keys[controller],
      facts.version === 'none'
        ? 'this host has no control groups'
        : `the ${controller} controller cannot be used here (cgroup ${facts.version})`,
    );
  }
  const { memoryBytes, memorySwapBytes } = limits;
  if (memorySwapBytes === undefined) return;
  if (memoryBytes === undefined) refuse('memswap_limit', 'it needs mem_limit beside it');
  else if (!facts.swap) refuse('memswap_limit', 'this kernel does not count swap');
  else if (memorySwapBytes >= 0 && memorySwapBytes < memoryBytes)
    refuse('memswap_limit', 'it is smaller than mem_limit');
}
