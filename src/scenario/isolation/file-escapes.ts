import type { Container } from '../../core/engine.ts';
import type { Probe } from '../../core/probe.ts';
import { call, currentDirectory, open, openFile } from './calls.ts';
import type { IsolationCheck, Subject, Verdict } from './check.ts';
import { lookAtFiles } from './file-facts.ts';
import { parseMountInfo } from './mount-info.ts';
import { inconclusive, judged, pass } from './verdict.ts';

export const sockets = [
  '/run/docker.sock',
  '/var/run/docker.sock',
  '/run/containerd/containerd.sock',
  '/run/podman/podman.sock',
  '/run/crio/crio.sock',
  '/run/buildkit/buildkitd.sock',
  '/run/user/0/docker.sock',
  '/run/user/1000/docker.sock',
  '/run/user/0/podman/podman.sock',
  '/run/user/1000/podman/podman.sock',
];

/** What files could carry across the wall, in either direction. */
export const fileEscapeChecks: readonly IsolationCheck[] = [
  {
    id: 'fs.symlink-escape',
    claim: '`..` and symbolic links in paths, copies and archives stay inside the root.',
    probed:
      "in a twin, links with more `..` than there are directories lead to a file of its own, and files are read, told, packed and unpacked through them from outside: always the twin's own",
    source: 'openat2(2), RESOLVE_IN_ROOT; CVE-2018-15664; CVE-2019-14271',
    profile: 'baseline',
    inTwin: true,
    look: lookAtLinks,
  },
  {
    id: 'fs.image-untouched',
    claim: 'Writes reach neither the image nor another container of it.',
    probed:
      'a twin makes a file in its root; neither the service, nor others of the image, nor a further twin have it',
    source: 'overlayfs (kernel documentation), "Upper and Lower"',
    profile: 'baseline',
    inTwin: true,
    look: lookAtImage,
  },
  {
    id: 'fs.no-runtime-socket',
    claim: 'No socket of a container runtime can be reached.',
    probed: `looks for ${sockets.slice(0, 6).join(', ')} and those of users`,
    source: 'CIS Docker Benchmark 5.31',
    profile: 'baseline',
    look: lookForSockets,
  },
];

const token = 'mayfly: inside\n';
const mostBytes = 4096;

async function lookAtLinks(subject: Subject): Promise<Verdict> {
  const twin = await subject.sharedTwin();
  const place = await layOutLinks(twin.root);
  if (place === undefined) return inconclusive('no directory of the twin can be written');
  const { container } = twin;
  const outcomes = await Promise.all([
    readThrough(container, `${place}/up`),
    readThrough(container, `${place}/absolute`),
    readThrough(container, `${place}/upwards/token`),
    readThrough(container, `/../../..${place}/token`),
    copyThrough(container, place),
  ]);
  return judged(
    outcomes.filter(({ isInside }) => !isInside).map(({ what }) => what),
    outcomes.filter(({ isInside }) => isInside).map(({ what }) => what),
  );
}

/** A directory with a file, links to it, and an empty directory below; undefined where nothing can be written. */
async function layOutLinks(probe: Probe): Promise<string | undefined> {
  const up = '../'.repeat(64);
  for (const parent of ['/dev/shm', '/tmp', '/run', '']) {
    const place = `${parent}/mayfly-walls`;
    const link = (target: string, name: string) =>
      call('symlinkat', target, currentDirectory, `${place}/${name}`);
    const results = await probe.calls([
      call('mkdirat', currentDirectory, place, 0o755),
      call('mkdirat', currentDirectory, `${place}/inside`, 0o755),
      openFile(`${place}/token`, open.create | open.exclusive | open.writeOnly, 0o644),
      call('write', { result: 2 }, Buffer.from(token), token.length),
      call('close', { result: 2 }),
      link(`${up}${place.slice(1)}/token`, 'up'),
      link(`${place}/token`, 'absolute'),
      link(`${up}${place.slice(1)}`, 'upwards'),
      link(`${up}${place.slice(1)}/inside`, 'into'),
    ]);
    if (results.every(({ error }) => error === undefined)) return place;
  }
  return undefined;
}

interface Outcome {
  readonly isInside: boolean;
  readonly what: string;
}

async function readThrough(container: Container, path: string): Promise<Outcome> {
  try {
    const facts = await container.stat(path, { followLinks: true });
    const content = Buffer.from(await container.readFile(path, mostBytes)).toString();
    const isInside = content === token && facts?.type === 'file' && facts.sizeBytes === token.length;
    return { isInside, what: `${path} ${isInside ? "is the twin's own file" : 'is another file'}` };
  } catch (error) {
    return { isInside: false, what: `${path} cannot be read: ${(error as Error).message}` };
  }
}

/** Out through one link and in through another. */
async function copyThrough(container: Container, place: string): Promise<Outcome> {
  const what = `an archive of ${place}/upwards/token, unpacked at ${place}/into,`;
  try {
    await container.writeArchive(`${place}/into`, container.readArchive(`${place}/upwards/token`));
    const content = Buffer.from(await container.readFile(`${place}/inside/token`, mostBytes)).toString();
    return {
      isInside: content === token,
      what: `${what} is ${content === token ? 'inside' : 'another file'}`,
    };
  } catch (error) {
    return { isInside: false, what: `${what} is lost: ${(error as Error).message}` };
  }
}

async function lookAtImage(subject: Subject): Promise<Verdict> {
  const path = '/mayfly-untouched';
  const twin = await subject.sharedTwin();
  const [made] = await twin.root.calls([
    openFile(path, open.create | open.exclusive | open.writeOnly, 0o644),
    call('close', { result: 0 }),
  ]);
  if (made?.error === 'EROFS') return pass(`making ${path} in a twin is refused (EROFS)`);
  if (made?.error !== undefined) return inconclusive(`making ${path} in a twin is refused (${made.error})`);
  if ((await twin.container.stat(path)) === undefined)
    return inconclusive(`${path} was made in a twin, and is not to be seen there`);
  await using further = await subject.openBareTwin();
  const others: readonly (readonly [string, Container])[] = [
    [subject.name, subject.container],
    ...subject.siblings.map(({ name, container }) => [name, container] as const),
    ['a further twin', further.container],
  ];
  const files = await Promise.all(others.map(([, container]) => container.stat(path)));
  const found = others.flatMap(([name], at) =>
    files[at] === undefined ? [] : [`${name} has ${path}, which a twin made`],
  );
  return judged(found, [`${path} of a twin is not in ${others.map(([name]) => name).join(', ')}`]);
}

/** A socket that the container's own programs made is no way out of it. */
async function lookForSockets({ root, witness }: Subject): Promise<Verdict> {
  const ours = witness.readSelf('mountinfo');
  if (ours === undefined) return inconclusive("the host's /proc does not tell its file systems");
  const hostDevices = new Set(parseMountInfo(ours).map(({ device }) => device));
  const faults: string[] = [];
  const seen: string[] = [];
  for (const [path, file] of await lookAtFiles(root, sockets)) {
    if ('identity' in file) {
      const [device = ''] = file.identity.split(' ');
      if (hostDevices.has(device)) faults.push(`${path} is there, on a file system of the host (${device})`);
      else seen.push(`${path} is the container's own`);
    } else if (file.error === 'ENOENT' || file.error === 'ENOTDIR') seen.push(`${path}: not there`);
    else faults.push(`${path} answers ${file.error}`);
  }
  return judged(faults, seen);
}
