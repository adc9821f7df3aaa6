import type { Host } from '../host.ts';
import type { CgroupController, CgroupFacts } from '../plan/cgroup-facts.ts';

/** What of the host is read. */
export type CgroupReader = Pick<Host, 'readText' | 'isWritable'>;

const controllers: readonly CgroupController[] = ['memory', 'pids', 'cpu', 'cpuset', 'cpuacct'];
const none: CgroupFacts = {
  version: 'none',
  controllers: {},
  enabled: [],
  swap: false,
  cpusetCpus: '',
  cpusetMems: '',
};

interface CgroupMount {
  readonly type: 'cgroup' | 'cgroup2';
  readonly path: string;
  /** What of the hierarchy is mounted there. */
  readonly root: string;
  readonly options: readonly string[];
}

/** What control groups this user may make: cgroup v1, v2 or both, and which controllers. Reads only. */
export async function probeCgroups(host: CgroupReader): Promise<CgroupFacts> {
  const mounts = parseMounts((await host.readText('/proc/self/mountinfo')) ?? '');
  const own = parseOwn((await host.readText('/proc/self/cgroup')) ?? '');
  const v1 = await probeV1(host, mounts, own);
  if (v1 !== undefined) return v1;
  const unified = mounts.find(({ type }) => type === 'cgroup2');
  return unified === undefined ? none : probeV2(host, unified, own.get('') ?? '/');
}

async function probeV1(
  host: CgroupReader,
  mounts: readonly CgroupMount[],
  own: ReadonlyMap<string, string>,
): Promise<CgroupFacts | undefined> {
  const found: Partial<Record<CgroupController, string>> = {};
  for (const controller of controllers) {
    const mount = mounts.find(({ type, options }) => type === 'cgroup' && options.includes(controller));
    if (mount === undefined) continue;
    const directory = ownDirectory(mount, own.get(controller) ?? '/');
    if (await host.isWritable(directory)) found[controller] = directory;
  }
  if (
    !mounts.some(({ type }) => type === 'cgroup') ||
    !mounts.some(({ options }) => options.includes('memory') || options.includes('pids'))
  ) {
    return undefined;
  }
  const { memory, cpuset } = found;
  const read = async (path: string): Promise<string> => ((await host.readText(path)) ?? '').trim();
  return {
    version: mounts.some(({ type }) => type === 'cgroup2') ? 'hybrid' : 'v1',
    controllers: found,
    enabled: [],
    swap:
      memory !== undefined && (await host.readText(`${memory}/memory.memsw.limit_in_bytes`)) !== undefined,
    cpusetCpus: cpuset === undefined ? '' : await read(`${cpuset}/cpuset.cpus`),
    cpusetMems: cpuset === undefined ? '' : await read(`${cpuset}/cpuset.mems`),
  };
}

/**
 * v2: groups may be made beside our own process only where it is allowed to (a delegated subtree, or root); a group
 * that holds processes cannot give controllers to children ("no internal processes"), so its parent is used. The true root
 * may hold some. It alone has no `cgroup.type` (cgroup-v2.rst): the root that a container sees is no true one.
 */
async function probeV2(host: CgroupReader, mount: CgroupMount, own: string): Promise<CgroupFacts> {
  const candidates = [ownDirectory(mount, own), parentOf(ownDirectory(mount, own)), mount.path];
  for (const directory of candidates) {
    if (!directory.startsWith(mount.path) || !(await host.isWritable(`${directory}/cgroup.subtree_control`)))
      continue;
    const available = ((await host.readText(`${directory}/cgroup.controllers`)) ?? '').trim().split(' ');
    const enabled = ((await host.readText(`${directory}/cgroup.subtree_control`)) ?? '').trim().split(' ');
    const holdsProcesses = ((await host.readText(`${directory}/cgroup.procs`)) ?? '').trim() !== '';
    const isTrueRoot = (await host.readText(`${directory}/cgroup.type`)) === undefined;
    if (holdsProcesses && !isTrueRoot) continue;
    const usable = controllers.filter((each) => available.includes(each));
    return {
      version: 'v2',
      controllers: Object.fromEntries(usable.map((each) => [each, directory])),
      enabled: enabled.filter((each) => each !== ''),
      swap: available.includes('memory'),
      cpusetCpus: '',
      cpusetMems: '',
    };
  }
  return { ...none, version: 'v2' };
}

/** proc(5), /proc/PID/mountinfo: `… root mountpoint options … - type source superoptions`. */
function parseMounts(text: string): readonly CgroupMount[] {
  return text.split('\n').flatMap((line) => {
    const [left = '', right = ''] = line.split(' - ');
    const [, , , root = '', path = ''] = left.split(' ');
    const [type = '', , options = ''] = right.split(' ');
    return type === 'cgroup' || type === 'cgroup2' ? [{ type, path, root, options: options.split(',') }] : [];
  });
}

/** proc(5), /proc/PID/cgroup: `id:controllers:path`, by controller; v2 has the empty name. */
function parseOwn(text: string): ReadonlyMap<string, string> {
  const paths = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, names, ...path] = line.split(':');
    for (const name of names?.split(',') ?? []) paths.set(name, path.join(':'));
  }
  return paths;
}

/** Our own group, as seen through the mount. */
function ownDirectory(mount: CgroupMount, own: string): string {
  const below = mount.root !== '/' && own.startsWith(mount.root) ? own.slice(mount.root.length) : own;
  return below === '/' || below === ''
    ? mount.path
    : `${mount.path}${below.startsWith('/') ? '' : '/'}${below}`;
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf('/')));
}
