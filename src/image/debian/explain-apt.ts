import { didYouMean } from '../../core/did-you-mean.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { AptProblem } from './apt-problems.ts';
import type { DebianOptions } from './debian-options.ts';

/** What apt's complaint means for who wrote the scenario. */
export function explainAptProblem(
  problem: AptProblem,
  options: DebianOptions,
  knownPackages: readonly string[],
): MayflyError {
  switch (problem.kind) {
    case 'no-suite':
      return new MayflyError('IMAGE_NOT_FOUND', `there is no suite \`${problem.suite}\` at ${problem.uri}`, {
        hint: suiteHint(problem.suite, problem.uri),
      });
    case 'no-component':
      return new MayflyError(
        'IMAGE_NOT_FOUND',
        `the suite ${problem.suite} has no component \`${problem.component}\``,
        { hint: 'correct `components:`; Debian has main, contrib, non-free and non-free-firmware' },
      );
    case 'no-package':
      return new MayflyError('IMAGE_NOT_FOUND', `${options.suite} has no package \`${problem.name}\``, {
        hint: packageHint(problem.name, knownPackages),
      });
    case 'no-version':
      return new MayflyError(
        'IMAGE_NOT_FOUND',
        `${options.suite} has no version ${problem.version} of ${problem.name}`,
        { hint: 'leave the version out, or say a `mirror:` that keeps it' },
      );
    case 'unreachable':
      return new MayflyError('IMAGE_UNREACHABLE', problem.what);
    case 'signature':
      return new MayflyError('IMAGE_SIGNATURE_INVALID', problem.what, {
        hint: 'install the keyring of the archive (Debian: debian-archive-keyring), or name it with `Signed-By` in the apt sources',
      });
    case 'expired':
      return new MayflyError('IMAGE_SIGNATURE_INVALID', problem.what, {
        hint: 'compare this machine\'s clock; an archived release needs `Acquire::Check-Valid-Until "false";` in apt.conf',
      });
    case 'disk-full':
      return new MayflyError('STORE_FAILED', `the disk is full: ${problem.what}`, {
        hint: 'make room where temporary files lie; TMPDIR names another place',
      });
    case 'other':
      return new MayflyError('IMAGE_BUILD_FAILED', `apt: ${problem.what}`);
    default:
      return problem satisfies never;
  }
}

const debianSuites = ['bullseye', 'bookworm', 'trixie', 'forky', 'sid', 'oldstable', 'stable', 'testing'];

function suiteHint(suite: string, uri: string): string {
  const meant = didYouMean(suite, debianSuites);
  if (meant !== undefined && meant !== suite) return `did you mean \`${meant}\`?`;
  return `see ${uri.replace(/\/$/, '')}/dists for what there is, or say another \`mirror:\``;
}

function packageHint(name: string, known: readonly string[]): string {
  const bare = name.split(':')[0] ?? name;
  const meant = didYouMean(bare, known);
  if (meant !== undefined) return `did you mean \`${meant}\`?`;
  // Versioned packages are the common case: postgresql for postgresql-15.
  const longer = known
    .filter((other) => other.startsWith(`${bare}-`))
    .sort()
    .slice(0, 3);
  return longer.length > 0
    ? `there are ${longer.join(', ')}`
    : 'check the name, and whether it needs another component (`components:`)';
}
