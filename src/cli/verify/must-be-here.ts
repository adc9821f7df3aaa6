import type { AuditTarget } from '../../core/audit-report.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { Witness } from '../../core/probe.ts';

/**
 * Podman and Docker may be asked on another machine (DOCKER_HOST, CONTAINER_HOST, a context), whose numbers of processes mean others here. Of
 * a container here the process lies in control groups that are named for it.
 *
 * @throws MayflyError TARGET_NOT_FOUND
 */
export function mustBeHere(
  { runtime, id, name }: NonNullable<AuditTarget['container']>,
  witness: Pick<Witness, 'pid' | 'read'>,
): void {
  // crun and runc are not asked: their files are of this machine, and tell when the process started.
  if (runtime !== 'podman' && runtime !== 'docker') return;
  if (witness.read('cgroup')?.includes(id) === true) return;
  throw new MayflyError(
    'TARGET_NOT_FOUND',
    `process ${witness.pid} of this machine lies in no control group of container \`${name ?? id}\`, whose process ${runtime} says it is`,
    {
      hint: `does ${runtime} run its containers on another machine (${runtime === 'docker' ? 'DOCKER_HOST' : 'CONTAINER_HOST'}, a context)? Verify it there, or give the number of a process here`,
    },
  );
}
