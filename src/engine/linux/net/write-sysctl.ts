import { noSlot, type Op } from '../tape/op.ts';

/**
 * /proc/sys/net shows the values of the network namespace the writing process is in (fs/proc/proc_sysctl.c takes it from
 * `current`), so the server's own /proc serves for every namespace it has entered. `name` as in sysctl(8) or with slashes.
 */
export function writeSysctl(name: string, value: string | number): Op {
  const path = name.includes('/') ? name : name.replaceAll('.', '/');
  return { kind: 'writeFile', dir: noSlot, path: `/proc/sys/${path}`, data: Buffer.from(`${value}\n`) };
}
