import type { ContainerSpec } from '../../core/container.ts';
import type { CallResult, Probe } from '../../core/probe.ts';
import { call, currentDirectory, listInside, open, openFile, outcomeOf } from './calls.ts';
import type { IsolationCheck, Subject, Verdict } from './check.ts';
import { defaultNodes, deviceTarget } from './expected-mounts.ts';
import { type InsideFile, lookAtFiles } from './file-facts.ts';
import { inconclusive, judged } from './verdict.ts';

const places = ['pts', 'shm', 'mqueue'];
const links = ['fd', 'stdin', 'stdout', 'stderr', 'core', 'ptmx'];

interface Kind {
  readonly typeBits: number;
  /** Usual paths of present nodes. */
  readonly present: readonly string[];
  /** `major, minor` of nodes that are tried to be made. */
  readonly made: readonly (readonly [number, number])[];
}

/** Documentation/admin-guide/devices.txt of the kernel. */
export const block: Kind = {
  typeBits: 0o060000,
  present: ['sda', 'vda', 'xvda', 'nvme0n1', 'loop0', 'ram0', 'dm-0'].map((name) => `/dev/${name}`),
  made: [
    [8, 0],
    [254, 0],
    [7, 0],
    [1, 0],
  ],
};

export const memory: Kind = {
  typeBits: 0o020000,
  present: ['/dev/mem', '/dev/kmem', '/dev/port'],
  made: [
    [1, 1],
    [1, 2],
    [1, 4],
  ],
};

export const deviceChecks: readonly IsolationCheck[] = [
  {
    id: 'dev.exact',
    claim: '/dev holds the default set of devices and what was declared.',
    probed: 'lists /dev, and compares the device behind every node',
    source: 'OCI runtime-spec config-linux.md, "Default Devices"; CIS Docker Benchmark 5.17',
    profile: 'baseline',
    look: lookAtDevices,
  },
  {
    id: 'dev.no-block',
    claim: 'No block device can be opened, present or newly made.',
    probed:
      'opens block devices in /dev, and makes nodes of common ones with mknod in /dev/shm and opens those',
    source: 'mknod(2); user_namespaces(7); SB_I_NODEV',
    profile: 'baseline',
    look: (subject) => refuses(subject, block),
  },
  {
    id: 'dev.no-mem',
    claim: "The machine's memory and ports cannot be opened, present or newly made.",
    probed:
      'opens /dev/mem, /dev/kmem and /dev/port, and makes such nodes with mknod in /dev/shm and opens those',
    source: 'mem(4); mknod(2)',
    profile: 'baseline',
    look: (subject) => refuses(subject, memory),
  },
];

async function lookAtDevices({ spec, root }: Subject): Promise<Verdict> {
  const list = await listInside(root, '/dev');
  if ('error' in list) return inconclusive(`/dev cannot be listed: ${list.error}`);
  const expected = expectedNames(spec);
  const files = await lookAtFiles(
    root,
    list.names.map((name) => `/dev/${name}`),
  );
  const isNode = (name: string): boolean => {
    const type = typeOf(files.get(`/dev/${name}`));
    return type === 'char' || type === 'block' || type === undefined;
  };
  const missing = [...expected]
    .filter((name) => !list.names.includes(name))
    .map((name) => `/dev/${name} is missing`);
  const more = list.names.filter((name) => !expected.has(name));
  const wrong = Object.entries(defaultNodes).flatMap(([name, node]) => {
    const file = files.get(`/dev/${name}`);
    if (file === undefined || declaredAt(spec).has(name)) return [];
    if ('error' in file) return [`/dev/${name} answers ${file.error}`];
    return file.type === 'char' && file.node === node
      ? []
      : [`/dev/${name} is ${file.type} ${file.node}, not char ${node}`];
  });
  return judged(
    [...missing, ...wrong, ...more.filter(isNode).map((name) => `/dev/${name} was not declared`)],
    [
      `/dev holds ${list.names.toSorted().join(' ')}`,
      // A service may make sockets and files of its own there.
      ...more.map((name) => `/dev/${name} is no device`),
    ],
  );
}

const typeOf = (file: InsideFile | { readonly error: string } | undefined) =>
  file !== undefined && 'type' in file ? file.type : undefined;

/** What was declared to lie in /dev, by its first name there. */
function declaredAt(spec: ContainerSpec): ReadonlySet<string> {
  const targets = [...spec.devices.map(deviceTarget), ...spec.mounts.map(({ target }) => target)];
  return new Set(
    targets.filter((target) => target.startsWith('/dev/')).map((target) => target.split('/')[2] ?? ''),
  );
}

function expectedNames(spec: ContainerSpec): ReadonlySet<string> {
  return new Set([
    ...places,
    ...links,
    ...Object.keys(defaultNodes),
    ...(spec.process.tty ? ['console'] : []),
    ...declaredAt(spec),
  ]);
}

async function refuses({ spec, probe, root }: Subject, kind: Kind): Promise<Verdict> {
  const declared = new Set(spec.devices.map(deviceTarget));
  const present = kind.present.filter((path) => !declared.has(path));
  const findings = [
    ...(await openPresent(root, present)),
    ...(await openPresent(probe, present)),
    ...(await openMade(probe, kind)),
  ];
  return judged(
    [...new Set(findings.filter(({ isFault }) => isFault).map(({ what }) => what))],
    [...new Set(findings.filter(({ isFault }) => !isFault).map(({ what }) => what))],
  );
}

interface Finding {
  readonly isFault: boolean;
  readonly what: string;
}

const refusals = ['EACCES', 'EPERM'];

export async function openPresent(probe: Probe, paths: readonly string[]): Promise<readonly Finding[]> {
  const results = await probe.calls(paths.map((path) => openFile(path, open.nonBlocking)));
  await closeAll(probe, results);
  return paths.map((path, at) => {
    const outcome = outcomeOf(results[at]);
    return {
      isFault: ![...refusals, 'ENOENT'].includes(outcome),
      what: `${path}: opening it ${outcome === 'success' ? 'succeeded' : `is ${outcome}`}`,
    };
  });
}

async function openMade(probe: Probe, { typeBits, made }: Kind): Promise<readonly Finding[]> {
  const path = (at: number): string => `/dev/shm/mayfly-node-${typeBits}-${at}`;
  const nodes = await probe.calls(
    made.map(([major, minor], at) =>
      call('mknodat', currentDirectory, path(at), typeBits | 0o600, (major << 8) | minor),
    ),
  );
  const opened = await probe.calls(made.map((_, at) => openFile(path(at), open.nonBlocking)));
  await closeAll(probe, opened);
  await probe.calls(
    nodes.flatMap(({ error }, at) =>
      error === undefined ? [call('unlinkat', currentDirectory, path(at), 0)] : [],
    ),
  );
  return made.map(([major, minor], at) => {
    const [node, opening] = [outcomeOf(nodes[at]), outcomeOf(opened[at])];
    const isFault =
      node === 'success' ? !refusals.includes(opening) : !refusals.includes(node) && node !== 'EROFS';
    return {
      isFault,
      what: `mknod ${major}:${minor}: ${node}${node === 'success' ? `, opening it: ${opening}` : ''}`,
    };
  });
}

async function closeAll(probe: Probe, results: readonly CallResult[]): Promise<void> {
  await probe.calls(results.filter(({ value }) => value >= 0).map(({ value }) => call('close', value)));
}
