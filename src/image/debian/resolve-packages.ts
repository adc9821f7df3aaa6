import { MayflyError } from '../../core/mayfly-error.ts';
import { type ImageLimits, limitError } from '../image-limits.ts';
import { type AptProblem, parseAptProblems } from './apt-problems.ts';
import { type AptRoot, type AptRootContent, makeAptRoot } from './apt-root.ts';
import type { AptRunner } from './apt-runner.ts';
import type { DebianOptions } from './debian-options.ts';
import { explainAptProblem } from './explain-apt.ts';
import { packageSelection } from './package-selection.ts';
import { type PlannedSource, renderSources } from './plan-sources.ts';
import { parsePrintUris, type ResolvedPackage } from './resolved-package.ts';

export interface ResolveRequest extends Omit<AptRootContent, 'sources'> {
  readonly options: DebianOptions;
  readonly sources: readonly PlannedSource[];
  readonly directory: string;
  readonly limits: ImageLimits;
}

export interface Resolved {
  readonly root: AptRoot;
  /** Those of the request that are there. */
  readonly sources: readonly PlannedSource[];
  readonly packages: readonly ResolvedPackage[];
  readonly warnings: readonly string[];
}

/** Fetches the archive's lists and lets apt decide what an image of this request holds. */
export async function resolvePackages(
  request: ResolveRequest,
  apt: AptRunner,
  onProgress: (line: string) => void,
): Promise<Resolved> {
  const suites = request.sources.map(({ suite }) => suite).join(', ');
  onProgress(`retrieving the package lists of ${suites}`);
  const update = await updateLists(request, apt);
  const { root } = update;
  const selection = packageSelection(request.options, request.architecture);
  const result = await apt.run(
    ['apt-get', 'install', '--print-uris', '--yes', '-qq', '--', ...selection],
    root.directory,
    root.configPath,
  );
  if (result.code !== 0) throw await explainSelection(result, request.options, root, apt);
  const packages = parsePrintUris(result.stdout);
  if (packages.length === 0)
    throw new MayflyError('IMAGE_BUILD_FAILED', `apt chose no packages for ${request.options.suite}`);
  const { limits } = request;
  if (packages.length > limits.packages)
    throw limitError('packages', limits, `${packages.length} packages would be installed`);
  return { ...update, packages };
}

/** Updates and security fixes that are not published for a suite are left out, with a warning; the suite itself must be there. */
async function updateLists(request: ResolveRequest, apt: AptRunner): Promise<Omit<Resolved, 'packages'>> {
  const { options, directory } = request;
  const root = await makeAptRoot(directory, { ...request, sources: renderSources(request.sources) });
  const { code, stderr } = await apt.run(['apt-get', 'update', '-qq'], directory, root.configPath);
  const problems = parseAptProblems(stderr).filter(
    ({ kind }) => kind !== 'no-component' || options.components !== undefined,
  );
  const missing = request.sources.filter(
    (source) => !source.isBase && problems.some((problem) => isMissing(source, problem)),
  );
  const serious = problems.find((problem) => !missing.some((source) => isMissing(source, problem)));
  if (serious !== undefined) throw explainAptProblem(serious, options, []);
  if (code !== 0 && missing.length === 0)
    throw new MayflyError('IMAGE_BUILD_FAILED', `apt-get update ended with ${code}: ${stderr.at(-1) ?? ''}`);
  if (missing.length === 0) return { root, sources: request.sources, warnings: [] };
  const sources = request.sources.filter((source) => !missing.includes(source));
  const rest = await updateLists({ ...request, sources }, apt);
  return {
    ...rest,
    warnings: [...missing.map(({ suite, uri }) => `there is no ${suite} at ${uri}`), ...rest.warnings],
  };
}

function isMissing(source: PlannedSource, problem: AptProblem): boolean {
  return problem.kind === 'no-suite' && problem.suite === source.suite && sameUri(problem.uri, source.uri);
}

function sameUri(a: string, b: string): boolean {
  return a.replace(/\/+$/, '') === b.replace(/\/+$/, '');
}

async function explainSelection(
  {
    code,
    stderr,
    stdout,
  }: { readonly code: number; readonly stderr: readonly string[]; readonly stdout: string },
  options: DebianOptions,
  root: AptRoot,
  apt: AptRunner,
): Promise<MayflyError> {
  const problems = parseAptProblems(stderr);
  const missing = problems.find(({ kind }) => kind === 'no-package');
  if (missing !== undefined) {
    const { stdout: names } = await apt.run(['apt-cache', 'pkgnames'], root.directory, root.configPath);
    return explainAptProblem(missing, options, names.split('\n'));
  }
  const unmet = /The following packages have unmet dependencies:\n([\s\S]*)/.exec(stdout)?.[1];
  if (unmet !== undefined) {
    const text = unmet
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '');
    return new MayflyError(
      'IMAGE_NOT_FOUND',
      `the packages do not go together: ${text.slice(0, 5).join('; ')}`,
      {
        hint: 'leave one of them out, or take them from one suite',
      },
    );
  }
  const [first] = problems;
  if (first !== undefined) return explainAptProblem(first, options, []);
  return new MayflyError('IMAGE_BUILD_FAILED', `apt-get ended with ${code}: ${stderr.at(-1) ?? ''}`);
}
