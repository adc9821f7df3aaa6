import { MayflyError } from '../../core/mayfly-error.ts';
import { parseAptProblems } from './apt-problems.ts';
import type { DebianOptions } from './debian-options.ts';
import { explainAptProblem } from './explain-apt.ts';

/** Why mmdebstrap failed, from its last lines: its own `E:` is the least telling of them. */
export function explainMmdebstrap(
  code: number,
  lines: readonly string[],
  options: DebianOptions,
): MayflyError {
  if (
    lines.some((line) => /unshare.*(?:not permitted|failed)|newuidmap|newgidmap|subuid|subgid/i.test(line))
  ) {
    return new MayflyError(
      'HOST_NO_USERNS',
      `mmdebstrap cannot make its user namespace: ${lastError(lines)}`,
    );
  }
  const problems = parseAptProblems(lines.filter((line) => !isOwn(line)));
  const full = lines.find((line) => /No space left on device|Disk quota exceeded/.test(line));
  const problem =
    full === undefined
      ? problems.find(({ kind }) => kind !== 'other')
      : ({ kind: 'disk-full', what: full } as const);
  if (problem !== undefined) return explainAptProblem(problem, options, []);
  const script = lines.find((line) => /^dpkg: error processing package/.test(line));
  return new MayflyError(
    'IMAGE_BUILD_FAILED',
    `mmdebstrap ended with ${code}: ${script ?? lastError(lines)}`,
    { hint: `its last words:\n${lines.slice(-8).join('\n')}` },
  );
}

function isOwn(line: string): boolean {
  return /^E: (?:setup failed|run_chroot failed|apt-get|mmdebstrap|main\(\)|child had)/.test(line);
}

function lastError(lines: readonly string[]): string {
  const errors = lines.filter((line) => line.startsWith('E: '));
  return (errors.find((line) => !isOwn(line)) ?? errors[0] ?? lines.at(-1) ?? 'it said nothing').replace(
    /^E: /,
    '',
  );
}
