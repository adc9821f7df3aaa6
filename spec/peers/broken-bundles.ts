import type { CheckResult } from '../../src/core/check-result.ts';
import { defaultContainer } from '../../src/core/container-defaults.ts';
import type { OciConfig } from './peer-world.ts';

/** One thing of a sealed container that is not as it should be. */
export interface BrokenBundle {
  readonly name: string;
  readonly change?: (sealed: OciConfig) => OciConfig;
  /** Of a shell's command line that runs it. */
  readonly words?: readonly string[];
  /** Which of the sealed one's ranges of users it has; its own where nothing is said. */
  readonly range?: number;
  /** What is done to it when it runs, in the world: what no runtime writes down. PID stands for its number. */
  readonly afterwards?: string;
  /** Exactly the checks that come out otherwise than those of the sealed one, and how. */
  readonly breaks: Readonly<Record<string, CheckResult>>;
}

const { maskedPaths, readonlyPaths } = defaultContainer('any');
const nobody = { bounding: [], permitted: [], effective: [], inheritable: [], ambient: [] };
const inert = ['nosuid', 'noexec', 'nodev'];

/** As sealed as the OCI's words can make it. */
export function sealed(config: OciConfig, number = 0): OciConfig {
  const range = [{ containerID: 0, hostID: 1_000_000 + number * 65_536, size: 65_536 }];
  return {
    ...config,
    mounts: config.mounts
      .filter(({ type }) => type !== 'cgroup')
      .map((mount) => (mount.destination === '/proc' ? { ...mount, options: inert } : mount)),
    process: { ...config.process, capabilities: nobody, noNewPrivileges: true, oomScoreAdj: 0 },
    root: { ...config.root, readonly: true },
    linux: {
      ...config.linux,
      namespaces: ['pid', 'network', 'ipc', 'uts', 'mount', 'cgroup', 'user'].map((type) => ({ type })),
      uidMappings: range,
      gidMappings: range,
      maskedPaths,
      readonlyPaths,
      seccomp: {
        defaultAction: 'SCMP_ACT_ALLOW',
        syscalls: [{ names: ['unshare', 'setns'], action: 'SCMP_ACT_ERRNO' }],
      },
    },
  };
}

type Change = NonNullable<BrokenBundle['change']>;

const linux =
  (change: object): Change =>
  (config) => ({ ...config, linux: { ...config.linux, ...change } });
const process =
  (change: object): Change =>
  (config) => ({ ...config, process: { ...config.process, ...change } });
const mounts =
  (...more: readonly object[]): Change =>
  (config) => ({ ...config, mounts: [...config.mounts, ...more.map((mount) => ({ ...mount }))] });
const without =
  (...kinds: readonly string[]): Change =>
  (config) =>
    linux({
      namespaces: (config.linux.namespaces as readonly { readonly type: string }[]).filter(
        ({ type }) => !kinds.includes(type),
      ),
      ...(kinds.includes('user') ? { uidMappings: undefined, gidMappings: undefined } : {}),
    })(config);
const holding = (...names: readonly string[]): Change => {
  const set = names.map((name) => `CAP_${name}`);
  return process({ capabilities: { ...nobody, bounding: set, permitted: set, effective: set } });
};
const both =
  (...changes: readonly Change[]): Change =>
  (config) =>
    changes.reduce((made, change) => change(made), config);
const remounted =
  (destination: string, options: readonly string[]): Change =>
  (config) => ({
    ...config,
    mounts: config.mounts.map((mount) => (mount.destination === destination ? { ...mount, options } : mount)),
  });

const notMounted =
  (destination: string): Change =>
  (config) => ({ ...config, mounts: config.mounts.filter((mount) => mount.destination !== destination) });
const nameless: Change = ({ hostname: _, ...config }) => config;
const hostProc: Change = (config) => {
  const mount = { destination: '/proc', type: 'bind', source: '/proc', options: ['rbind', ...inert] };
  return mounts(mount)(notMounted('/proc')(config));
};
/** A file, from where the world has it. */
const bound = (source: string, destination: string): Change =>
  mounts({ destination, type: 'bind', source, options: ['bind', 'ro'] });
const tmpfs: Change = mounts({ destination: '/tmp', type: 'tmpfs', source: 'tmpfs', options: inert });
const withDevice = (path: string, type: 'b' | 'c', major: number, minor: number): Change =>
  linux({ devices: [{ path, type, major, minor }] });

/** crun makes these in the host's user namespace only. */
const hostsUsers = { 'ns.user': 'fail', 'user.root-not-host-root': 'fail', 'user.ranges': 'fail' } as const;
const failing = <const T extends string>(...checks: readonly T[]): Readonly<Record<string, CheckResult>> =>
  Object.fromEntries(checks.map((check) => [check, 'fail']));

/** In its network namespace alone; nothing is at the other end. */
const inNetwork = (...commands: readonly string[]): string =>
  `nsenter -t PID -n sh -ec "${['ip link add d0 type bridge', 'ip addr add 192.0.2.9/24 dev d0', 'ip link set d0 up', ...commands].join('; ')}"`;

const toBridge = [
  'ip link add br7 type bridge',
  'ip addr add 10.77.0.1/24 dev br7',
  'ip link set br7 up',
  'ip link add v7 type veth peer name eth0 netns PID',
  'ip link set v7 master br7 up',
  'nsenter -t PID -n ip addr add 10.77.0.2/24 dev eth0',
  'nsenter -t PID -n ip link set eth0 up',
].join('; ');

export const brokenBundles: readonly BrokenBundle[] = [
  {
    name: 'the processes of the host',
    change: without('pid', 'user'),
    breaks: { ...failing('ns.pid', 'pid.no-host-pids', 'fs.old-root-gone'), ...hostsUsers },
  },
  {
    name: 'the network of the host',
    change: without('network'),
    // crun shows the host's /sys then.
    breaks: failing(
      'ns.net',
      'ipc.abstract-socket',
      'net.no-host',
      'net.no-internet',
      'net.no-metadata',
      'fs.mount-flags',
      'fs.no-host-paths',
      'fs.sys-read-only',
    ),
  },
  {
    name: 'objects of the host',
    change: both(without('ipc'), notMounted('/dev/mqueue')),
    breaks: failing('ns.ipc', 'ipc.shm', 'ipc.mqueue'),
  },
  {
    name: 'the name of the host',
    change: both(without('uts'), nameless),
    breaks: failing('ns.uts', 'uts.hostname'),
  },
  { name: 'the control groups of the host', change: without('cgroup'), breaks: failing('ns.cgroup') },
  { name: 'the users of the host', change: without('user'), breaks: hostsUsers },
  { name: 'the users of another', range: 0, breaks: failing('user.ranges') },
  { name: 'a capability too many', change: holding('WAKE_ALARM'), breaks: failing('caps.exact') },
  {
    name: 'a dangerous capability',
    change: holding('SYS_PTRACE'),
    breaks: failing('caps.exact', 'caps.no-dangerous'),
  },
  {
    name: 'rights that can be gained',
    change: process({ noNewPrivileges: false }),
    breaks: { 'priv.no-new-privs': 'fail', 'priv.setuid-inert': 'inconclusive' },
  },
  {
    name: 'no filter',
    change: linux({ seccomp: undefined }),
    breaks: failing('seccomp.mode', 'seccomp.denied', 'user.no-nested-userns'),
  },
  {
    name: 'a root that can be written',
    change: (config) => ({ ...config, root: { ...config.root, readonly: false } }),
    breaks: failing('fs.read-only-root'),
  },
  { name: 'nothing masked', change: linux({ maskedPaths: [] }), breaks: failing('fs.masked-paths') },
  {
    name: 'a /proc that can be written',
    change: linux({ readonlyPaths: [] }),
    breaks: failing('fs.readonly-paths'),
  },
  {
    name: 'settings of the kernel that can be written',
    change: both(without('user'), linux({ readonlyPaths: [] })),
    breaks: { ...failing('fs.readonly-paths', 'fs.kernel-knobs'), ...hostsUsers },
  },
  {
    name: 'a /sys that can be written',
    change: remounted('/sys', inert),
    breaks: failing('fs.sys-read-only', 'fs.mount-flags'),
  },
  {
    name: 'a directory of the host',
    change: bound('/etc', '/tmp'),
    breaks: failing('fs.mounts-exact', 'fs.no-host-paths'),
  },
  { name: 'a mount too many', change: tmpfs, breaks: failing('fs.mounts-exact') },
  {
    name: 'shared memory that may hold programs',
    change: remounted('/dev/shm', ['mode=1777']),
    breaks: failing('fs.mount-flags'),
  },
  {
    name: 'a root in a peer group',
    change: both(without('user'), linux({ rootfsPropagation: 'shared' })),
    breaks: { ...failing('fs.propagation-private'), ...hostsUsers },
  },
  {
    name: 'the socket of a runtime',
    change: bound('/run/docker.sock', '/run/docker.sock'),
    breaks: failing('fs.no-runtime-socket', 'fs.mounts-exact', 'fs.no-host-paths'),
  },
  {
    name: 'a device too many',
    change: withDevice('/dev/kmsg', 'c', 1, 11),
    breaks: failing('dev.exact', 'fs.mounts-exact'),
  },
  {
    name: 'a block device',
    change: both(without('user'), withDevice('/dev/loop0', 'b', 7, 0)),
    breaks: { ...failing('dev.exact', 'dev.no-block'), ...hostsUsers },
  },
  {
    name: 'memory of the machine',
    change: both(without('user'), withDevice('/dev/mem', 'c', 1, 1)),
    breaks: { ...failing('dev.exact', 'dev.no-mem'), ...hostsUsers },
  },
  {
    name: 'the /proc of the host',
    change: hostProc,
    breaks: failing('pid.no-host-pids', 'fs.no-host-paths'),
  },
  {
    name: 'a descriptor of the host',
    words: ['--preserve-fds=1', '3</etc'],
    breaks: failing('fd.none-inherited'),
  },
  {
    name: 'a gateway, of which nobody knows what lies beyond',
    afterwards: inNetwork('ip route add default via 192.0.2.1'),
    breaks: { 'net.no-internet': 'unsupported', 'net.no-metadata': 'unsupported' },
  },
  {
    name: 'a way to a metadata service',
    afterwards: inNetwork('ip addr del 192.0.2.9/24 dev d0', 'ip route add 169.254.169.254 dev d0'),
    breaks: { 'net.no-metadata': 'unsupported' },
  },
  { name: 'a bridge of the host', afterwards: toBridge, breaks: failing('net.no-host') },
];

/** What a process of the host without its mounts apart, and without any seal, comes to: crun makes no such thing. */
export const unsealed: Readonly<Record<string, CheckResult>> = {
  ...failing(
    'ns.mnt',
    'user.root-not-host-root',
    'user.no-nested-userns',
    'pid.no-host-pids',
    'caps.exact',
    'caps.no-dangerous',
    'priv.no-new-privs',
    'seccomp.mode',
    'seccomp.denied',
    'fd.none-inherited',
    'fs.mounts-exact',
    'fs.mount-flags',
    'fs.propagation-private',
    'fs.no-host-paths',
    'fs.masked-paths',
    'fs.readonly-paths',
    'fs.sys-read-only',
    'fs.kernel-knobs',
    'fs.read-only-root',
    'fs.old-root-gone',
    'fs.no-runtime-socket',
    'dev.exact',
    'dev.no-block',
    'dev.no-mem',
  ),
  'priv.setuid-inert': 'inconclusive',
};

/** What nothing here breaks, and why. */
export const unbroken: Readonly<Record<string, string>> = {
  'keyring.isolated': 'it is unsupported, whatever the container',
  'oom.score': 'to spare a process takes CAP_SYS_RESOURCE, which root of this world may not have',
};
