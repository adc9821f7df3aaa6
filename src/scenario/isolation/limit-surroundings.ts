import type { Witness } from '../../core/probe.ts';
import type { Sibling, Twin } from './check.ts';
import { statusField } from './status-fields.ts';

/** Why so much may not be tried on this host: it would be the host's own processes that are killed. Undefined: it may. */
export function fitsInMemory(witness: Witness, bytes: number): string | undefined {
  const line = /^MemAvailable:\s+(\d+) kB$/m.exec(witness.readSelf('../meminfo') ?? '');
  if (line === null) return 'the host does not tell how much memory it has';
  const available = Number(line[1]) * 1024;
  // Half: checks of several services run at once.
  return bytes <= available / 2
    ? undefined
    : `${bytes} bytes are more than half of the ${available} that the host has free: the limit cannot be tried`;
}

/** Those that are gone; the kernel killed them, or took them with another. */
export function lostAmong(services: readonly Pick<Sibling, 'name' | 'witness'>[]): readonly string[] {
  return services.flatMap(({ name, witness }) => {
    const [state] = statusField(witness.read('status') ?? '', 'State');
    return state === undefined || state === 'Z' || state === 'X' ? [`${name} is gone`] : [];
  });
}

/**
 * What is tried in a twin says something of the service only if both are limited alike: each is in a group of its own below one
 * that is not the runner's. cgroups(7): `/proc/PID/cgroup`.
 */
export function sameGroup(
  service: Pick<Sibling, 'name' | 'witness'>,
  twin: Pick<Twin, 'witness'>,
  controller: string,
): readonly string[] {
  const own = groupOf(service.witness.read('cgroup'), controller);
  const its = groupOf(twin.witness.read('cgroup'), controller);
  const ours = groupOf(service.witness.readSelf('cgroup'), controller);
  if (own === undefined || its === undefined) return [`the ${controller} group of its processes is not told`];
  return [
    ...(own === ours ? [`${service.name} is in the runner's own ${controller} group, ${own}`] : []),
    ...(own === its ? [`${service.name} and its twin are in one ${controller} group, ${own}`] : []),
  ];
}

/** Of v1 the controller's line, else that of the one tree of v2. */
function groupOf(text: string | undefined, controller: string): string | undefined {
  const lines = (text ?? '').split('\n').map((line) => line.split(':'));
  const found =
    lines.find(([, names = '']) => names.split(',').includes(controller)) ??
    lines.find(([number, names]) => number === '0' && names === '');
  return found?.slice(2).join(':');
}
