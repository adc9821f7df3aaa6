import type { Slot, Tape } from '../tape/op.ts';
import { copyTree, inertMount, newMount, readOnlyMount, setAttributes } from './mount-ops.ts';
import { sandboxLayout } from './sandbox-layout.ts';

export interface SysChoice {
  readonly ownsNetwork: boolean;
  readonly cgroup2: boolean;
}

export interface SysSlots {
  readonly sandbox: Slot;
  readonly root: Slot;
  readonly sys: Slot;
  readonly cgroup: Slot;
}

/** /sys, read-only; with cgroup v2 the container sees its own part of the tree. */
export function planSys(choice: SysChoice, slots: SysSlots): Tape {
  return [
    ...planSysfs(choice.ownsNetwork, slots),
    { kind: 'mkdir', dir: slots.root, path: 'sys', mode: 0o555, flags: 1 },
    { kind: 'attachMount', mount: slots.sys, dir: slots.root, path: 'sys' },
    ...(choice.cgroup2 ? planCgroup2(slots) : []),
  ];
}

/** A sysfs shows one network namespace and may be mounted only by its owner; a guest of another container copies the sandbox's. */
function planSysfs(ownsNetwork: boolean, slots: SysSlots): Tape {
  if (!ownsNetwork) {
    return [
      copyTree(slots.sandbox, sandboxLayout.sys, slots.sys),
      setAttributes(slots.sys, inertMount | readOnlyMount),
    ];
  }
  return [newMount('sysfs', [], inertMount | readOnlyMount, slots.sys)];
}

function planCgroup2(slots: SysSlots): Tape {
  return [
    newMount('cgroup2', [], inertMount | readOnlyMount, slots.cgroup),
    { kind: 'attachMount', mount: slots.cgroup, dir: slots.sys, path: 'fs/cgroup' },
    { kind: 'close', slot: slots.cgroup },
  ];
}
