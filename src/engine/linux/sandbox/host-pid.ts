import { MayflyError } from '../../../core/mayfly-error.ts';
import type { Host } from '../host.ts';

/**
 * The host's number for a child of the init, from the number it has in the sandbox: proc(5), /proc/PID/task/TID/children and
 * the NSpid line of /proc/PID/status (host, sandbox, container).
 */
export async function hostPidOf(host: Host, initPid: number, pidInSandbox: number): Promise<number> {
  const children = (await host.readText(`/proc/${initPid}/task/${initPid}/children`)) ?? '';
  for (const child of children.trim().split(' ')) {
    const numbers = /^NSpid:\t(.*)$/m
      .exec((await host.readText(`/proc/${child}/status`)) ?? '')?.[1]
      ?.split('\t');
    if (Number(numbers?.[1]) === pidInSandbox) return Number(child);
  }
  throw new MayflyError(
    'INTERNAL',
    `process ${pidInSandbox} of the sandbox is not among the children of its init`,
  );
}
