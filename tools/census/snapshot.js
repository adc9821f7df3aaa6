// Everything of the seven kinds, as the kernel shows it to whoever runs this.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

const namespaceKinds = ['user', 'pid', 'net', 'mnt', 'ipc', 'uts', 'cgroup', 'time'];
const cgroupDepth = 6;

export function takeSnapshot({ store, state, tmp, within }) {
  return {
    processes: readProcesses(),
    mounts: readMounts(),
    links: readLinks(),
    cgroups: findCgroups('/sys/fs/cgroup', cgroupDepth).filter((path) => path.includes(within)),
    files: readFiles({ store, state, tmp }),
    devices: readDevices(state),
  };
}

/** proc_pid_stat(5), namespaces(7). A process that ends while it is looked at is none. */
function readProcesses() {
  return list('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      const stat = text(`/proc/${pid}/stat`);
      if (stat === undefined) return [];
      const [, name = ''] = /\((.*)\)/s.exec(stat) ?? [];
      const [status, parent, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return [
        {
          pid: Number(pid),
          started: rest[17],
          parent: Number(parent),
          name,
          isDead: status === 'Z' || status === 'X',
          command: (text(`/proc/${pid}/cmdline`) ?? '').split('\0').join(' ').trim().slice(0, 200),
          program: link(`/proc/${pid}/exe`) ?? '',
          namespaces: namespaceKinds.flatMap((kind) => link(`/proc/${pid}/ns/${kind}`) ?? []),
        },
      ];
    });
}

/** proc_pid_mountinfo(5): this mount namespace's. A namespace that is kept by a mount has its name as root. */
function readMounts() {
  return (text('/proc/self/mountinfo') ?? '')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [before = '', after = ''] = line.split(' - ');
      const [, , , root = '', target = ''] = before.split(' ');
      const [type = '', source = ''] = after.split(' ');
      return { target, root, type, source };
    });
}

/** Interfaces of this network namespace. */
function readLinks() {
  return (text('/proc/net/dev') ?? '').split('\n').flatMap((line) => /^\s*([^\s:]+):/.exec(line)?.[1] ?? []);
}

/** Directories of every hierarchy, v1 and v2, that bear our name. */
function findCgroups(directory, depth) {
  if (depth === 0) return [];
  return directories(directory).flatMap((name) => {
    const path = join(directory, name);
    return [...(name.startsWith('mayfly-') ? [path] : []), ...findCgroups(path, depth - 1)];
  });
}

/** What must not outlive a run: journal, writable layers, half-made layers, temporaries. With their content, which names the owner. */
function readFiles({ store, state, tmp }) {
  const inState = ['journal', 'uppers'].flatMap((folder) =>
    list(join(state, folder)).map((name) => join(state, folder, name)),
  );
  const inStore = ['layers', 'layer-records', 'images', 'blobs/sha256', 'scratch'].flatMap((folder) =>
    list(join(store, folder))
      .filter((name) => name.startsWith('tmp-'))
      .map((name) => join(store, folder, name)),
  );
  const inTmp = [tmp, '/run', '/dev/shm'].flatMap((folder) =>
    list(folder)
      .filter((name) => /^\.?mayfly/.test(name))
      .map((name) => join(folder, name)),
  );
  return [...inState, ...inStore, ...inTmp].map((path) => ({
    path,
    content: (text(path) ?? '').slice(0, 4096),
  }));
}

/** Loop devices over files of the state directory, which need not have a name there. The sequence tells one attachment from the next. */
function readDevices(state) {
  return list('/sys/block').flatMap((name) => {
    const file = text(`/sys/block/${name}/loop/backing_file`)?.trim();
    if (!file?.startsWith(`${state}/`)) return [];
    return [{ name, file, sequence: text(`/sys/block/${name}/diskseq`)?.trim() }];
  });
}

function list(path) {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function directories(path) {
  try {
    return readdirSync(path, { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() ? [entry.name] : [],
    );
  } catch {
    return [];
  }
}

function text(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function link(path) {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
