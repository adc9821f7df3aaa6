import type { Probe } from '../../core/probe.ts';
import { call, currentDirectory, listInside, open, openFile, outcomeOf } from './calls.ts';
import type { IsolationCheck, Subject, Verdict } from './check.ts';
import { expectedMounts } from './expected-mounts.ts';
import { lookAtFiles, resolveInside } from './file-facts.ts';
import { inconclusive, judged, notApplicable } from './verdict.ts';

/** Where programs like to write, beside all directories at the root. */
const below = [
  '/etc/ssl',
  '/usr/bin',
  '/usr/lib',
  '/usr/local',
  '/var/lib',
  '/var/log',
  '/var/tmp',
  '/var/cache',
];

export const readOnlyRootChecks: readonly IsolationCheck[] = [
  {
    id: 'fs.read-only-root',
    claim: 'A root declared read-only refuses writes everywhere but on declared mounts.',
    probed:
      'makes a file in /, in every directory there and in well-known ones below, but for declared mounts: EROFS, and nothing else',
    source: 'OCI runtime-spec config.md, "root.readonly"; CIS Docker Benchmark 5.12',
    profile: 'strict',
    look: lookAtRoot,
  },
];

async function lookAtRoot({ spec, root }: Subject): Promise<Verdict> {
  if (!spec.rootfs.readOnly) return notApplicable('read_only was not declared');
  const list = await listInside(root, '/');
  if ('error' in list) return inconclusive(`/ cannot be listed: ${list.error}`);
  const mounts = await resolveInside(
    root,
    expectedMounts(spec).flatMap(({ target }) => (target === '/' ? [] : [target])),
  );
  const directories = await ownDirectories(
    root,
    ['/', ...list.names.map((name) => `/${name}`), ...below],
    mounts.flatMap((path) => path ?? []),
  );
  const results = await root.calls(
    directories.map((path) =>
      openFile(probeFile(path), open.create | open.exclusive | open.writeOnly, 0o600),
    ),
  );
  const made = directories.filter((_, at) => results[at]?.error === undefined);
  await root.calls([
    ...results.filter(({ value }) => value >= 0).map(({ value }) => call('close', value)),
    ...made.map((path) => call('unlinkat', currentDirectory, probeFile(path), 0)),
  ]);
  const outcomes = directories.map((path, at) => ({ path, outcome: outcomeOf(results[at]) }));
  return judged(
    outcomes
      .filter(({ outcome }) => outcome !== 'EROFS')
      .map(
        ({ path, outcome }) => `making a file in ${path}: ${outcome}, where a read-only root answers EROFS`,
      ),
    [`making a file in ${directories.join(', ')}: EROFS`],
  );
}

const probeFile = (directory: string): string => `${directory === '/' ? '' : directory}/.mayfly-probe`;

/** Those of the root's own file system, without links and what is mounted. */
async function ownDirectories(
  probe: Probe,
  paths: readonly string[],
  mounts: readonly string[],
): Promise<readonly string[]> {
  const files = await lookAtFiles(probe, paths);
  const candidates = paths.filter((path) => {
    const file = files.get(path);
    return file !== undefined && 'type' in file && file.type === 'directory';
  });
  const places = await resolveInside(probe, candidates);
  const isMounted = (place: string): boolean =>
    mounts.some((mount) => place === mount || place.startsWith(`${mount}/`));
  return candidates.filter((path, at) => !isMounted(places[at] ?? path));
}
