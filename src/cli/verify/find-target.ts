import type { AuditTarget } from '../../core/audit-report.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { LinuxEngine } from '../../engine/linux/linux-engine.ts';
import type { Surroundings } from '../surroundings.ts';

export interface Target {
  readonly pid: number;
  readonly container?: NonNullable<AuditTarget['container']>;
}

/**
 * A number is that of a process; anything else is a container's name or id, or the beginning of one.
 *
 * @throws MayflyError TARGET_NOT_FOUND, TARGET_AMBIGUOUS
 */
export async function findTarget(name: string, _: LinuxEngine, __: Surroundings): Promise<Target> {
  if (/^[1-9]\d*$/.test(name)) return { pid: Number(name) };
  throw new MayflyError('TARGET_NOT_FOUND', `there is no container \`${name}\``);
}
