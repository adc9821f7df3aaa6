import { expect, test } from 'vitest';
import { auditOf } from '../../../../src/scenario/isolation/audit/audit-table.ts';
import { auditedChecks } from '../../../../src/scenario/isolation/audit/audited-checks.ts';
import { audited, type Files, sealed } from './audit-kit.ts';

const look = (check: string, files: Files, runner?: Files) =>
  auditOf(check).look(audited(files, runner === undefined ? {} : { runner }));

/** What only a helper inside can show, or nobody. */
const fromInside = [
  'user.no-nested-userns',
  'seccomp.denied',
  'keyring.isolated',
  'fs.old-root-gone',
  'fs.no-runtime-socket',
  'dev.exact',
  'dev.no-block',
  'dev.no-mem',
  'net.no-host',
];

test('of a sealed container everything passes that is seen from outside; the rest says what it lacks', async () => {
  const results = new Map<string, string>();
  for (const { id } of auditedChecks) results.set(id, (await look(id, sealed)).result);
  const told = [...results].filter(([, result]) => result !== 'n/a');
  expect(
    told
      .filter(([, result]) => result === 'unsupported')
      .map(([id]) => id)
      .toSorted(),
  ).toEqual(fromInside.toSorted());
  expect(told.filter(([, result]) => result !== 'unsupported' && result !== 'pass')).toEqual([]);
});

test('where /proc tells nothing, nothing passes', async () => {
  for (const { id } of auditedChecks) expect([id, (await look(id, {})).result]).not.toEqual([id, 'pass']);
});

test('where the runner knows nothing of itself, nothing passes that is compared with it', async () => {
  for (const id of [
    'ns.pid',
    'user.ranges',
    'pid.no-host-pids',
    'ipc.shm',
    'fs.no-host-paths',
    'net.no-host',
  ])
    expect([id, (await look(id, sealed, {})).result]).not.toEqual([id, 'pass']);
});

const status = (from: string, to: string): Files => ({
  status: String(sealed.status).replace(from, to),
});
const mounted = (line: string): Files => ({ mountinfo: `${sealed.mountinfo}${line}\n` });
const remounted = (from: string, to: string): Files => ({
  mountinfo: String(sealed.mountinfo).replace(from, to),
});

/** A single thing that is wrong, and what is said of it. */
const wrong: readonly (readonly [check: string, change: Files, evidence: string])[] = [
  ['ns.net', { 'ns/net': 'net:[1]' }, "it is net:[1], the runner's own"],
  ['user.root-not-host-root', { uid_map: '0 0 4294967295\n' }, 'root inside is number 0 outside'],
  ['user.ranges', { 'ns/user': 'user:[1]' }, 'it has the users of the host'],
  ['pid.no-host-pids', { 'ns/pid': 'pid:[1]' }, 'it sees the processes of the host'],
  ['pid.no-host-pids', remounted('31 30 0:51', '31 30 0:20'), 'the /proc of the host is mounted'],
  ['ipc.mqueue', { 'ns/ipc': 'ipc:[1]' }, 'it has those of the host'],
  ['ipc.abstract-socket', { 'ns/net': 'net:[1]' }, 'it has those of the host'],
  ['uts.hostname', { 'ns/uts': 'uts:[1]' }, 'a change would be a change of the host'],
  [
    'caps.exact',
    status('CapBnd:\t0000000000000400', 'CapBnd:\t0000000000200400'),
    'CapBnd: beside the default SYS_ADMIN',
  ],
  [
    'caps.exact',
    status('CapAmb:\t0000000000000000', 'CapAmb:\t0000000000000400'),
    'CapAmb: beside the default NET_BIND_SERVICE',
  ],
  [
    'caps.no-dangerous',
    status('CapBnd:\t0000000000000400', 'CapBnd:\t0000000000080000'),
    'it can have SYS_PTRACE',
  ],
  ['priv.no-new-privs', status('NoNewPrivs:\t1', 'NoNewPrivs:\t0'), 'NoNewPrivs is 0, not 1'],
  ['seccomp.mode', status('Seccomp:\t2', 'Seccomp:\t0'), 'Seccomp is 0, not 2'],
  ['seccomp.denied', status('Seccomp:\t2', 'Seccomp:\t0'), 'Seccomp is 0, not 2'],
  ['lsm.profile', { 'attr/current': 'unconfined\n' }, 'it is unconfined, as the runner’s own'],
  ['lsm.profile', { 'attr/current': 'docker-default (unconfined)\n' }, 'which confines nothing'],
  ['lsm.profile', { 'attr/current': 'web (complain)\n' }, 'which confines nothing'],
  ['lsm.profile', { 'attr/current': 'system_u:system_r:spc_t:s0:c1,c2\0' }, 'which confines nothing'],
  ['lsm.profile', { 'attr/current': 'unconfined_u:unconfined_r:unconfined_t:s0' }, 'which confines nothing'],
  ['oom.score', { oom_score_adj: '-500\n' }, 'it is -500: others are killed before it'],
  ['fd.none-inherited', { 'fdinfo/3': 'mnt_id:\t21\n' }, 'descriptor 3 is /srv/data, outside'],
  [
    'fs.mounts-exact',
    mounted('40 30 0:60 / /data rw - tmpfs tmpfs rw'),
    'not among the defaults: tmpfs / at /data',
  ],
  [
    'fs.mount-flags',
    remounted('/proc rw,nosuid,nodev,noexec', '/proc rw,nodev'),
    'proc at /proc is without nosuid,noexec',
  ],
  ['fs.propagation-private', remounted('/ / ro - overlay', '/ / ro master:4 - overlay'), '/ is master:4'],
  [
    'fs.no-host-paths',
    mounted('40 30 254:0 /etc /data rw - ext4 /dev/vda rw'),
    '/data is /etc of a file system of the host',
  ],
  [
    'fs.no-host-paths',
    remounted('upperdir=/upper/upper', 'upperdir=/var/lib/x'),
    '/: an overlay option names /var/lib/x',
  ],
  [
    'fs.read-only-root',
    remounted('/ / ro - overlay overlay ro', '/ / rw - overlay overlay rw'),
    '/ is mounted for writing',
  ],
  [
    'fs.masked-paths',
    remounted('36 31 0:53 /null /proc/keys ro - tmpfs tmpfs rw\n', ''),
    '/proc/keys is covered by nothing',
  ],
  [
    'fs.readonly-paths',
    remounted('/proc/bus ro,', '/proc/bus rw,'),
    '/proc/bus lies in proc at /proc/bus, which can be written',
  ],
  [
    'fs.sys-read-only',
    remounted(
      '32 30 0:52 / /sys ro,nosuid,nodev,noexec - sysfs sysfs ro',
      '32 30 0:52 / /sys rw - sysfs sysfs rw',
    ),
    '/sys/kernel lies in sysfs at /sys, which can be written',
  ],
  [
    'fs.kernel-knobs',
    remounted('/proc/sys ro,', '/proc/sys rw,'),
    '/proc/sys/kernel/core_pattern lies in proc at /proc/sys, which can be written',
  ],
  [
    'fs.no-runtime-socket',
    mounted('40 30 0:20 /docker.sock /run/docker.sock rw - tmpfs tmpfs rw'),
    '/docker.sock of the host is mounted at /run/docker.sock',
  ],
  ['fs.old-root-gone', { 'ns/mnt': 'mnt:[1]' }, 'it has the mounts of the host'],
  ['dev.no-mem', { 'ns/mnt': 'mnt:[1]' }, 'it has the devices of the host'],
  ['net.no-host', { 'ns/net': 'net:[1]' }, 'it has the network of the host'],
];

test.each(wrong)('%s fails: %j', async (check, change, evidence) => {
  const { result, evidence: said } = await look(check, { ...sealed, ...change });
  expect([result, said.join('\n')]).toEqual(['fail', expect.stringContaining(evidence)]);
});

const six = (to: string, length: string, flags: string, name: string): string =>
  `${to.padEnd(32, '0')} ${length} ${'0'.repeat(32)} 00 ${'0'.repeat(32)} 00000400 00000001 00000000 ${flags} ${name}`;

test.each([
  ['net.no-internet', 'eth0\t00000000\t010012AC\t0003\t0\t0\t0\t00000000', '', 'a gateway on eth0'],
  ['net.no-internet', '', six('', '00', '00000003', 'eth1'), 'a gateway on eth1'],
  ['net.no-internet', 'tun0\t00000080\t00000000\t0001\t0\t0\t0\t00000080', '', 'a way to 192.0.2.1: tun0'],
  ['net.no-internet', 'eth0\t00000A0A\t010012AC\t0003\t0\t0\t0\t0000FFFF', '', 'a gateway on eth0'],
  ['net.no-metadata', 'eth0\t0000FEA9\t00000000\t0001\t0\t0\t0\t0000FFFF', '', '169.254.169.254: eth0'],
  ['net.no-metadata', '', six('fd000ec2', '20', '00000001', 'eth1'), 'fd00:ec2::254: eth1'],
])('%s: a way out is not tried: %j %j', async (check, four, ipv6, said) => {
  const files = { ...sealed, 'net/route': `${sealed['net/route']}${four}\n`, 'net/ipv6_route': `${ipv6}\n` };
  const { result, evidence } = await look(check, files);
  expect([result, evidence.join('\n')]).toEqual(['unsupported', expect.stringContaining(said)]);
});

test('a table of IPv6 that is not told is not an empty one', async () => {
  const { 'net/ipv6_route': _, ...untold } = sealed;
  expect((await look('net.no-internet', untold)).result).toBe('unsupported');
});

test.each<readonly [string, Files]>([
  ['a link that is not told', { fd: ['3', '4'] }],
  ['a mount that is not told', { 'fdinfo/3': 'pos:\t0\n' }],
])('a descriptor is not taken for one that leads nowhere: %s', async (_, change) => {
  expect((await look('fd.none-inherited', { ...sealed, ...change })).result).toBe('unsupported');
});

test('memory has a path, and leads nowhere', async () => {
  const memory = { 'fd/3': '/memfd:pool (deleted)', 'fdinfo/3': 'mnt_id:\t9\n' };
  expect((await look('fd.none-inherited', { ...sealed, ...memory })).result).toBe('pass');
  const file = { 'fd/3': '/memfd:pool (deleted)', 'fdinfo/3': 'mnt_id:\t21\n' };
  expect((await look('fd.none-inherited', { ...sealed, ...file })).result).toBe('fail');
});

test('where the namespaces of process 1 are not told, none is known to be its own', async () => {
  for (const { id } of auditedChecks.filter(({ id }) => id.startsWith('ns.') && id !== 'ns.siblings'))
    expect([id, (await auditOf(id).look(audited(sealed, { first: {} }))).result]).toEqual([
      id,
      'unsupported',
    ]);
});

test('the first namespaces of the kernel are the host’s, whatever is told of process 1', async () => {
  const { result } = await auditOf('ns.uts').look(
    audited(sealed, { first: {}, runner: { 'ns/uts': 'uts:[4026531838]' } }),
  );
  expect(result).toBe('pass');
});

test('an unreachable default route is none', async () => {
  const reject = `${'0'.repeat(32)} 00 ${'0'.repeat(32)} 00 ${'0'.repeat(32)} ffffffff 00000001 00000000 00200200 lo`;
  expect((await look('net.no-internet', { ...sealed, 'net/ipv6_route': `${reject}\n` })).result).toBe('pass');
});

/** spec/cli/verify.linux.spec.ts and spec/peers break what can only be seen from inside. */
test('every claim that is looked at can fail, but three that are not told at worst', () => {
  const shown = new Set(wrong.map(([check]) => check));
  const byNamespace = auditedChecks.filter(({ id }) => id.startsWith('ns.')).map(({ id }) => id);
  const elsewhere = ['user.no-nested-userns', 'keyring.isolated', 'dev.exact', 'dev.no-block', 'ipc.shm'];
  const missing = auditedChecks
    .map(({ id }) => id)
    .filter((id) => !shown.has(id) && !byNamespace.includes(id) && !elsewhere.includes(id))
    .filter((id) => !auditOf(id).looked.startsWith('nothing'));
  expect(missing).toEqual(['priv.setuid-inert', 'net.no-internet', 'net.no-metadata']);
});
