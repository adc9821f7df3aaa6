import { MayflyError } from '../../../core/mayfly-error.ts';
import type { Slot, Tape } from '../tape/op.ts';
import { inertMount, newMount } from './mount-ops.ts';

/**
 * The container's own /proc. `proc` stays usable as a directory: what is written or covered below it is named from there, so
 * that nothing an image puts at `/proc` can stand in for it (CVE-2025-52881).
 */
export function planProc(root: Slot, proc: Slot): Tape {
  return [
    newMount('proc', [], inertMount, proc),
    { kind: 'mkdir', dir: root, path: 'proc', mode: 0o555, flags: 1 },
    { kind: 'attachMount', mount: proc, dir: root, path: 'proc' },
  ];
}

/** Namespaced by IPC (ipc/ipc_sysctl.c, ipc/mq_sysctl.c); `net.*` is written where the network is made. */
const ipcSysctl =
  /^(kernel\.(msgmax|msgmnb|msgmni|sem|shmall|shmmax|shmmni|shm_rmid_forced)|fs\.mqueue\.[a-z_]+)$/;

export function planIpcSysctls(sysctls: Readonly<Record<string, string>>, proc: Slot): Tape {
  return Object.entries(sysctls).flatMap(([written, value]) => {
    const name = written.replaceAll('/', '.');
    if (name.startsWith('net.')) return [];
    if (!ipcSysctl.test(name)) {
      throw new MayflyError(
        'SCENARIO_WRONG_VALUE',
        `sysctl ${written} belongs to the whole machine, not to a container`,
        {
          hint: 'only net.*, kernel.msg*, kernel.sem, kernel.shm* and fs.mqueue.* can be set',
        },
      );
    }
    return [
      {
        kind: 'writeFile',
        dir: proc,
        path: `sys/${name.replaceAll('.', '/')}`,
        data: Buffer.from(`${value}\n`),
      } as const,
    ];
  });
}
