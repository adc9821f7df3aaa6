import type { Host } from '../host.ts';

/**
 * The host's numbers of the init's children, by those they have in the sandbox: proc(5), /proc/PID/task/TID/children and the NSpid line of
 * /proc/PID/status (host, sandbox, container).
 */
export function readHostPids(host: Pick<Host, 'readTextNow'>, initPid: number): ReadonlyMap<number, number> {
  const children = (host.readTextNow(`/proc/${initPid}/task/${initPid}/children`) ?? '').trim().split(' ');
  return new Map(
    children.map((child) => {
      const numbers = /^NSpid:\t(.*)$/m.exec(host.readTextNow(`/proc/${child}/status`) ?? '')?.[1];
      return [Number(numbers?.split('\t')[1]), Number(child)];
    }),
  );
}
