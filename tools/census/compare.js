// What is there now, was not there before, and can only be Mayfly's. A machine is never quiet, so each kind has a rule:
//
// process    New, and either in a user, pid or network namespace that is new, too, or a launcher of Mayfly; and an orphan: going
//            up from parent to parent, past others of that kind, ends at PID 1 or outside. Under a living parent it
//            belongs to a run that is still going on (or to anyone else's container). Zombies are dead.
// namespace  New, and held by such a process or by a mount. (One held by a descriptor alone has a living owner.)
// mount      New in the mount namespace of whoever compares.
// link       New in the network namespace of whoever compares.
// cgroup     New, named `mayfly-…`, unless the run's journal entry names a living owner.
// file       New in the state directory, a temporary of the store, or `mayfly*` in the temporary directories; unless its name
//            or content names a living process as owner.
// device     A loop device that is newly attached to a file of the state directory. (Nobody can tell whose: a run that goes on there
//            meanwhile has some, too.)

export function compare(before, now) {
  const isAlive = ownerTest(now.processes);
  const orphans = findOrphans(before, now);
  return [
    ...orphans.map(({ pid, name, command }) => ({
      kind: 'process',
      what: `${pid} (${name}) ${command}`.trim(),
    })),
    ...leftNamespaces(before, now, orphans),
    ...leftMounts(before, now),
    ...now.links.filter((name) => !before.links.includes(name)).map((what) => ({ kind: 'link', what })),
    ...leftCgroups(before, now, isAlive),
    ...leftFiles(before, now, isAlive),
    ...leftDevices(before, now),
  ];
}

function findOrphans(before, now) {
  const known = new Set(before.processes.map(identity));
  const oldNamespaces = namespacesOf(before.processes);
  const isSuspect = (process) =>
    process !== undefined &&
    !known.has(identity(process)) &&
    (isLauncher(process) ||
      process.namespaces.some((each) => /^(?:user|pid|net):/.test(each) && !oldNamespaces.has(each)));
  const byPid = new Map(now.processes.map((process) => [process.pid, process]));
  const isOrphan = (process) => {
    const parent = byPid.get(process.parent);
    if (process.parent <= 1 || parent === undefined) return true;
    return isSuspect(parent) && isOrphan(parent);
  };
  return now.processes.filter((process) => !process.isDead && isSuspect(process) && isOrphan(process));
}

/** The supervisor is the launcher's file, the init runs from a sealed memory file. */
function isLauncher({ name, program, command }) {
  return /launcher-linux-/.test(program) || name.startsWith('mayfly-') || command.startsWith('mayfly-init');
}

function leftNamespaces(before, now, orphans) {
  const old = namespacesOf(before.processes);
  const isNew = (name) => /^[a-z_]+:\[\d+\]$/.test(name) && !old.has(name);
  const held = orphans.flatMap(({ pid, namespaces }) =>
    namespaces.filter(isNew).map((name) => [name, `held by ${pid}`]),
  );
  const oldMounts = new Set(before.mounts.map(({ root }) => root));
  const mounted = now.mounts.flatMap(({ root, target, type }) =>
    type === 'nsfs' && !oldMounts.has(root) ? [[root, `mounted at ${target}`]] : [],
  );
  return [...new Map([...mounted, ...held])].map(([name, why]) => ({
    kind: 'namespace',
    what: `${name} ${why}`,
  }));
}

function leftMounts(before, now) {
  const line = ({ target, root, type, source }) =>
    `${target} (${type}, ${source}${root === '/' ? '' : `, ${root}`})`;
  const old = new Set(before.mounts.map(line));
  return now.mounts
    .map(line)
    .filter((each) => !old.has(each))
    .map((what) => ({ kind: 'mount', what }));
}

function leftCgroups(before, now, isAlive) {
  const owned = now.files.filter(({ path, content }) => path.includes('/journal/') && isAlive(path, content));
  const isOwned = (path) => owned.some(({ content }) => content.includes(path));
  return now.cgroups
    .filter((path) => !before.cgroups.includes(path) && !isOwned(path))
    .map((what) => ({ kind: 'cgroup', what }));
}

function leftFiles(before, now, isAlive) {
  const old = new Set(before.files.map(({ path }) => path));
  const journal = new Map(
    now.files
      .filter(({ path }) => path.includes('/journal/'))
      .map(({ path, content }) => [path.replace(/.*\/|\.json$/g, ''), content]),
  );
  const contentOf = ({ path, content }) =>
    path.includes('/uppers/') ? (journal.get(path.replace(/.*\//, '')) ?? '') : content;
  return now.files
    .filter((file) => !old.has(file.path) && !isAlive(file.path, contentOf(file)))
    .map(({ path }) => ({ kind: 'file', what: path }));
}

function leftDevices(before, now) {
  const old = new Set(before.devices.map(({ name, sequence }) => `${name} ${sequence}`));
  return now.devices
    .filter(({ name, sequence }) => !old.has(`${name} ${sequence}`))
    .map(({ name, file }) => ({ kind: 'device', what: `/dev/${name} over ${file}` }));
}

/** `pid starttime` in a file's content, `…-pid-starttime-…` in a temporary's name. */
function ownerTest(processes) {
  const alive = new Set(
    processes.filter(({ isDead }) => !isDead).map(({ pid, started }) => `${pid} ${started}`),
  );
  return (path, content) => {
    const inContent = [...content.matchAll(/(\d+) (\d+)/g)].some(([, pid, started]) =>
      alive.has(`${pid} ${started}`),
    );
    const name = path.slice(path.lastIndexOf('/') + 1);
    const inName = [...name.matchAll(/(?<=-)(\d+)(?=-(\d+)-)/g)].some(([, pid, started]) =>
      alive.has(`${pid} ${started}`),
    );
    return inContent || inName;
  };
}

function namespacesOf(processes) {
  return new Set(processes.flatMap(({ namespaces }) => namespaces));
}

function identity({ pid, started }) {
  return `${pid} ${started}`;
}
