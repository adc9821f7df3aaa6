import { MayflyError } from '../../../core/mayfly-error.ts';
import { parseStatx } from '../container/parse-statx.ts';
import { cloneFlags } from '../abi/clone-flags.ts';
import { openTreeFlags } from '../abi/mount-flags.ts';
import { openFlags } from '../abi/open-flags.ts';
import { noSlot, type Op, type Tape } from '../tape/op.ts';
import type { TapePerformer } from '../tape/tape-performer.ts';
import type { AtticMount } from './container-launch.ts';
import { atticDirectory } from './plan-init.ts';
import { inAttic } from './plan-attic.ts';
import { initSlots } from './sandbox-slots.ts';

const flags = openTreeFlags.OPEN_TREE_CLONE | openTreeFlags.AT_RECURSIVE;
const O_CREAT_WRONLY = openFlags.O_CREAT | openFlags.O_WRONLY;

/**
 * A file or directory of the host in the attic. It is opened in the mount namespace that still has the host's file systems, with
 * the sandbox's rights, which are the user's own and no more.
 */
export function planHostBind(hostPath: string, name: string): { perform(init: TapePerformer): Promise<AtticMount> } {
  const path = `/${atticDirectory}/${name}`;
  const tree = initSlots.scratch;
  const enterHost: Op = { kind: 'setns', slot: initSlots.hostMounts, flags: cloneFlags.CLONE_NEWNS };
  const look: Tape = [enterHost, { kind: 'stat', dir: noSlot, path: hostPath, flags: 1 }];
  const attach = (type: AtticMount['type']): Tape => [
    enterHost,
    { kind: 'openTree', dir: noSlot, path: hostPath, flags, into: tree },
    ...inAttic([
      type === 'directory'
        ? { kind: 'mkdir', dir: noSlot, path, mode: 0o755, flags: 0 }
        : { kind: 'open', dir: noSlot, path, flags: O_CREAT_WRONLY, mode: 0o600, resolve: 0, into: initSlots.scratch2 },
      { kind: 'attachMount', mount: tree, dir: noSlot, path },
      { kind: 'close', slot: tree },
      { kind: 'close', slot: initSlots.scratch2 },
    ]),
  ];
  return {
    perform: async (init) => {
      const [facts] = await init.perform(look).catch((cause: unknown) => {
        throw new MayflyError('SCENARIO_FORBIDDEN', `${hostPath} cannot be mounted: ${(cause as Error).message}`, {
          cause,
          hint: 'check that it exists and that you may read it',
        });
      });
      const type = facts !== undefined && parseStatx(facts).type === 'directory' ? 'directory' : 'file';
      await init.perform(attach(type));
      return { name, type };
    },
  };
}
