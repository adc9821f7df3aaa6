import { systemClock } from '../../../../src/core/clock.ts';
import type { ForeignWitness } from '../../../../src/core/foreign-process.ts';
import type { Audited } from '../../../../src/scenario/isolation/audit/audit.ts';

/** Files and links of /proc/PID by name; of a directory, its names. */
export type Files = Readonly<Record<string, string | readonly string[]>>;

const own = Object.fromEntries(
  ['pid', 'net', 'mnt', 'ipc', 'uts', 'user', 'cgroup'].map((name) => [`ns/${name}`, `${name}:[2]`]),
);
const host = Object.fromEntries(Object.keys(own).map((name) => [name, `${name.slice(3)}:[1]`]));

/** Of a container that has everything of its own and no more than it should. */
export const sealed: Files = {
  ...own,
  status: `Name:\tweb
State:\tS (sleeping)
CapInh:\t0000000000000000
CapPrm:\t0000000000000000
CapEff:\t0000000000000000
CapBnd:\t0000000000000400
CapAmb:\t0000000000000000
NoNewPrivs:\t1
Seccomp:\t2
`,
  uid_map: '         0     100000      65536\n',
  gid_map: '         0     100000      65536\n',
  oom_score_adj: '0\n',
  'attr/current': 'docker-default (enforce)\n',
  fd: ['0', '1', '2', '3'],
  'fd/3': '/srv/data',
  'fdinfo/3': 'pos:\t0\nflags:\t0100000\nmnt_id:\t30\nino:\t5\n',
  'net/route': 'Iface\tDestination\tGateway\n',
  'net/ipv6_route': '',
  mountinfo: `30 20 0:50 / / ro - overlay overlay ro,lowerdir=0:1,upperdir=/upper/upper
31 30 0:51 / /proc rw,nosuid,nodev,noexec - proc proc rw
32 30 0:52 / /sys ro,nosuid,nodev,noexec - sysfs sysfs ro
33 30 0:53 / /dev rw,nosuid,noexec - tmpfs tmpfs rw
34 31 0:51 /sys /proc/sys ro,nosuid,nodev,noexec - proc proc rw
35 31 0:51 /bus /proc/bus ro,nosuid,nodev,noexec - proc proc rw
36 31 0:53 /null /proc/keys ro - tmpfs tmpfs rw
`,
};

/** Of the machine and of the runner. */
const hostFiles: Files = {
  ...host,
  status: 'Uid:\t0\t0\t0\t0\nCapPrm:\t000001ffffffffff\n',
  uid_map: '         0          0 4294967295\n',
  'attr/current': 'unconfined\n',
  mountinfo: `20 1 254:0 / / rw - ext4 /dev/vda rw
21 20 0:20 / /proc rw - proc proc rw
22 20 0:21 / /sys rw - sysfs sysfs rw
`,
  'net/fib_trie': `Local:
  +-- 0.0.0.0/0 3 0 5
        |-- 127.0.0.1
           /32 host LOCAL
        |-- 192.0.2.7
           /32 host LOCAL
`,
  'net/ipv6_route': '',
  'net/if_inet6': 'fd000000000000000000000000000002 02 40 00 80 eth0\n',
  '/proc': ['sys', 'bus', 'keys', 'meminfo'],
  '/proc/sys/kernel': ['core_pattern', 'modprobe'],
  '/sys': ['kernel', 'block'],
  '/': ['proc', 'sys'],
};

export function audited(
  files: Files,
  options: { readonly runner?: Files; readonly first?: Files } = {},
): Audited {
  const runner = options.runner ?? hostFiles;
  const textIn = (from: Files, name: string): string | undefined => {
    const value = from[name];
    return typeof value === 'string' ? value : undefined;
  };
  const listIn = (from: Files, name: string): readonly string[] | undefined => {
    const value = from[name];
    return typeof value === 'object' ? value : undefined;
  };
  const witness: ForeignWitness = {
    pid: 700,
    read: (name) => textIn(files, name),
    readOf: (pid, name) => (pid === 1 ? textIn(options.first ?? hostFiles, name) : undefined),
    readSelf: (name) => textIn(runner, name),
    pids: () => [1, 700],
    holdPort: async () => ({ error: 'EADDRNOTAVAIL' }),
    list: (name) => listIn(files, name),
    readLink: (name) => textIn(files, name),
    readHost: (path) => textIn(runner, path),
    listHost: (path) => listIn(runner, path),
  };
  return {
    witness,
    processes: async () => [],
    look: async () => ({ refused: 'its namespaces can be entered by root only' }),
    openProbe: async () => {
      throw new Error('nobody is let in');
    },
    clock: systemClock(() => 0),
  };
}
