/** Where a peer does otherwise than Mayfly with the same container, and why. */
export interface Difference {
  readonly facts: readonly string[];
  readonly mayfly: string;
  /** Not there: the same as Mayfly. */
  readonly crun?: string;
  readonly podman?: string;
  readonly why: string;
}

const none = 'not there';
const inert = 'nosuid,nodev,noexec';
const mounts = (...targets: readonly string[]): readonly string[] =>
  targets.map((target) => `mount ${target}`);

export const differences: readonly Difference[] = [
  {
    facts: ['user'],
    mayfly: '1000:1001, groups 1001',
    crun: '1000:1001, groups ',
    why: 'without the primary group among the others its denials could be evaded (CVE-2022-36109)',
  },
  {
    facts: ['capabilities CapInh', 'capabilities CapPrm', 'capabilities CapEff', 'capabilities CapAmb'],
    mayfly: 'none',
    podman: 'CHOWN NET_BIND_SERVICE',
    why: 'Podman keeps added capabilities for a user who is not root; Docker, and Mayfly with it, does not',
  },
  {
    facts: ['environment HOME'],
    mayfly: '/',
    crun: none,
    podman: '/tmp',
    why: 'a number without an entry in /etc/passwd: Docker says `/`, Podman the working directory; a runtime says nothing',
  },
  { facts: ['environment HOSTNAME'], mayfly: 'web-1', crun: none, why: 'not a matter of a runtime' },
  { facts: ['environment TERM'], mayfly: none, podman: 'xterm', why: 'without a terminal Docker sets none' },
  { facts: ['environment container'], mayfly: none, podman: 'podman', why: 'a word of systemd’s' },
  {
    facts: ['limit Max processes'],
    mayfly: "the runner's",
    podman: '1024 1024',
    why: 'its default could not be raised to here (as-podman.ts)',
  },
  {
    facts: mounts('/'),
    mayfly: 'overlay ro',
    crun: 'of the host ro',
    why: 'a bundle is a directory; a layer above it is not a matter of a runtime',
  },
  {
    facts: mounts('/dev'),
    mayfly: 'tmpfs rw,nosuid,noexec',
    crun: 'tmpfs rw,nosuid',
    why: 'nothing has to be executed in /dev',
  },
  {
    facts: mounts('/dev/full', '/dev/null', '/dev/random', '/dev/tty', '/dev/urandom', '/dev/zero'),
    mayfly: 'of the host rw',
    crun: 'of the host rw,nosuid,noexec',
    podman: 'of the host rw,nosuid,noexec',
    why: 'a node is neither executed nor set-user-ID; without nodev it has to be in any case',
  },
  {
    facts: mounts('/etc/hostname', '/etc/hosts'),
    mayfly: 'tmpfs ro,nosuid,nodev',
    crun: none,
    podman: `tmpfs ro,${inert}`,
    why: 'not a matter of a runtime; Podman’s lie in /run, whose flags they keep',
  },
  {
    facts: mounts('/etc/resolv.conf'),
    mayfly: 'tmpfs ro,nosuid,nodev',
    crun: none,
    podman: none,
    why: 'Podman leaves it out without a network',
  },
  {
    facts: mounts('/etc/passwd', '/etc/group', '/run/.containerenv'),
    mayfly: none,
    podman: `tmpfs ro,${inert}`,
    why: 'Podman adds an entry for a number that has none, and tells programs that they are in a container',
  },
  {
    facts: mounts('/proc'),
    mayfly: `proc rw,${inert}`,
    crun: 'proc rw',
    why: '`crun spec` has no flags for it; Docker and Podman have',
  },
  {
    facts: mounts('/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys'),
    mayfly: `proc ro,${inert}`,
    crun: 'proc ro',
    podman: 'proc ro',
    why: 'crun does not keep the flags of /proc when it mounts what is below once more',
  },
  {
    facts: mounts('/proc/acpi', '/sys/firmware'),
    mayfly: `tmpfs ro,${inert}`,
    crun: 'tmpfs ro',
    podman: 'tmpfs ro',
    why: 'an empty directory of Mayfly’s own',
  },
  {
    facts: mounts('/proc/keys', '/proc/timer_list'),
    mayfly: `tmpfs ro,${inert}`,
    crun: 'of the host ro',
    podman: 'of the host ro',
    why: 'an empty file of Mayfly’s own, where they use the null device of the host (CVE-2025-31133)',
  },
  {
    facts: mounts('/proc/interrupts'),
    mayfly: `tmpfs ro,${inert}`,
    crun: 'of the host ro',
    podman: none,
    why: 'the same; Podman 4.3 does not mask it',
  },
  {
    facts: ['reading /proc/interrupts'],
    mayfly: 'nothing',
    podman: 'something',
    why: 'Podman 4.3 does not mask it',
  },
  {
    facts: mounts('/sys/dev/block'),
    mayfly: none,
    podman: 'tmpfs ro',
    why: 'a mask of Podman’s own: numbers of block devices, none of which can be opened',
  },
  {
    facts: mounts('/sys/fs/cgroup'),
    mayfly: none,
    crun: `tmpfs rw,${inert}`,
    podman: `tmpfs rw,${inert}`,
    why: 'Mayfly shows control groups of version 2 only',
  },
  {
    facts: ['blkio', 'cpu', 'cpuacct', 'cpuset', 'devices', 'freezer', 'memory', 'pids', 'systemd'].map(
      (controller) => `mount /sys/fs/cgroup/${controller}`,
    ),
    mayfly: none,
    crun: `cgroup ro,${inert}`,
    podman: `cgroup ro,${inert}`,
    why: 'the same',
  },
];
