import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../../src/core/json.ts';
import { containerOf, serviceProblems } from '../scenario-builder.ts';

interface Case {
  readonly name: string;
  readonly service: JsonObject;
  readonly gives: object;
}

const cases: readonly Case[] = [
  {
    name: 'command as a list is literal',
    service: { command: ['a b', '$X'] },
    gives: { command: ['a b', '$X'] },
  },
  {
    name: 'command as text is split',
    service: { command: `sh -c 'echo "a b"'` },
    gives: { command: ['sh', '-c', 'echo "a b"'] },
  },
  { name: 'an empty entrypoint is one', service: { entrypoint: [] }, gives: { entrypoint: [] } },
  { name: 'an empty text is an empty entrypoint', service: { entrypoint: '' }, gives: { entrypoint: [] } },
  { name: 'a number as user', service: { user: 1000 }, gives: { user: '1000' } },
  { name: 'working_dir', service: { working_dir: '/srv' }, gives: { workingDir: '/srv' } },
  {
    name: 'hostname and domainname',
    service: { hostname: 'db.x', domainname: 'x' },
    gives: { hostname: 'db.x', domainname: 'x' },
  },
  {
    name: 'read_only and storage_opt',
    service: { read_only: true, storage_opt: { size: '1m' } },
    gives: { readOnlyRoot: true, writableBytes: 1_048_576 },
  },
  { name: 'stop_signal by number', service: { stop_signal: 15 }, gives: { stopSignal: 'SIGTERM' } },
  { name: 'stop_signal by short name', service: { stop_signal: 'quit' }, gives: { stopSignal: 'SIGQUIT' } },
  { name: 'stop_grace_period', service: { stop_grace_period: '1m30s' }, gives: { stopGraceMs: 90_000 } },
  { name: 'init false', service: { init: false }, gives: { init: false } },
  { name: 'shm_size', service: { shm_size: '1g' }, gives: { shmBytes: 2 ** 30 } },
  {
    name: 'tty, stdin_open',
    service: { tty: true, stdin_open: true },
    gives: { process: { tty: true, stdin: true } },
  },
  {
    name: 'group_add',
    service: { group_add: ['audio', 44] },
    gives: { process: { groupAdd: ['audio', '44'] } },
  },
  { name: 'oom_score_adj', service: { oom_score_adj: -10 }, gives: { process: { oomScoreAdj: -10 } } },
  { name: 'labels as a list', service: { labels: ['a=1', 'b'] }, gives: { labels: { a: '1', b: '' } } },
  {
    name: 'annotations as a mapping',
    service: { annotations: { a: 1 } },
    gives: { annotations: { a: '1' } },
  },
  {
    name: 'ulimits',
    service: { ulimits: { nofile: { soft: 10, hard: 20 }, nproc: 5, core: -1 } },
    gives: {
      process: {
        rlimits: [
          { name: 'core', soft: -1, hard: -1 },
          { name: 'nofile', soft: 10, hard: 20 },
          { name: 'nproc', soft: 5, hard: 5 },
        ],
      },
    },
  },
  {
    name: 'sysctls as a list',
    service: { sysctls: ['net.core.somaxconn=10'] },
    gives: { sysctls: { 'net.core.somaxconn': '10' } },
  },
  {
    name: 'sysctls as a mapping',
    service: { sysctls: { 'kernel.shmmax': 1 } },
    gives: { sysctls: { 'kernel.shmmax': '1' } },
  },
  {
    name: 'extra_hosts as a list',
    service: { extra_hosts: ['a=10.0.0.1', 'b:10.0.0.2', 'c:::1'] },
    gives: {
      extraHosts: [
        { name: 'a', address: '10.0.0.1' },
        { name: 'b', address: '10.0.0.2' },
        { name: 'c', address: '::1' },
      ],
    },
  },
  {
    name: 'extra_hosts as a mapping',
    service: { extra_hosts: { a: '10.0.0.1', b: ['fd00::1', '10.0.0.2'] } },
    gives: {
      extraHosts: [
        { name: 'a', address: '10.0.0.1' },
        { name: 'b', address: 'fd00::1' },
        { name: 'b', address: '10.0.0.2' },
      ],
    },
  },
  { name: 'network_mode none', service: { network_mode: 'none' }, gives: { network: { kind: 'none' } } },
  {
    name: 'all limits',
    service: { mem_limit: '64m', memswap_limit: '128m', cpus: '0.5', cpuset: '0-1', pids_limit: 10 },
    gives: { limits: { memoryBytes: 2 ** 26, memorySwapBytes: 2 ** 27, cpus: 0.5, cpuset: '0-1', pids: 10 } },
  },
  {
    name: 'limits of deploy',
    service: { deploy: { resources: { limits: { memory: '64m', cpus: 2, pids: 9 } } } },
    gives: { limits: { memoryBytes: 2 ** 26, cpus: 2, pids: 9 } },
  },
  {
    name: 'both spellings, equal',
    service: { mem_limit: '64m', deploy: { resources: { limits: { memory: '65536k' } } } },
    gives: { limits: { memoryBytes: 2 ** 26 } },
  },
  { name: 'pids_limit -1 is none', service: { pids_limit: -1 }, gives: { limits: {} } },
  {
    name: 'cap_drop ALL, then cap_add',
    service: { cap_drop: ['ALL'], cap_add: ['CAP_CHOWN', 'net_admin'] },
    gives: { process: { capabilities: ['CHOWN', 'NET_ADMIN'] } },
  },
  {
    name: 'cap_drop of one',
    service: { cap_drop: ['MKNOD'] },
    gives: { process: { capabilities: expect.not.arrayContaining(['MKNOD']) } },
  },
  {
    name: 'cap_add ALL without one',
    service: { cap_add: ['ALL'], cap_drop: ['SYS_ADMIN'] },
    gives: { process: { capabilities: expect.arrayContaining(['BPF', 'NET_RAW']) } },
  },
  {
    name: 'seccomp unconfined, no-new-privileges off',
    service: { security_opt: ['seccomp=unconfined', 'no-new-privileges:false'] },
    gives: { process: { seccomp: { kind: 'unconfined' }, noNewPrivileges: false } },
  },
  {
    name: 'systempaths unconfined',
    service: { security_opt: ['systempaths=unconfined'] },
    gives: { maskedPaths: [], readonlyPaths: [] },
  },
];

describe('R13 keys of Compose', () => {
  test.each(cases)('R13 $name', ({ service, gives }) => {
    expect(containerOf(service)).toMatchObject(gives);
  });

  test('R13 a seccomp profile is read from beside the scenario', () => {
    const readText = (path: string): string => JSON.stringify({ path, syscalls: [] });
    const { process } = containerOf({ security_opt: ['seccomp:p.json'] }, {}, { readText });
    expect(process.seccomp).toEqual({
      kind: 'profile',
      profile: { path: '/work/scenarios/p.json', syscalls: [] },
    });
  });

  test('R13 privileged needs leave', () => {
    expect(serviceProblems({ privileged: true })).toEqual([
      'SCENARIO_FORBIDDEN at /services/web/privileged: `privileged` is not allowed',
    ]);
    const allow = { privileged: true, hostPaths: [], publish: false };
    expect(containerOf({ privileged: true }, {}, { allow })).toMatchObject({
      process: {
        seccomp: { kind: 'unconfined' },
        noNewPrivileges: false,
        capabilities: expect.arrayContaining(['SYS_ADMIN']),
      },
      maskedPaths: [],
    });
  });

  test('R13 devices need leave', () => {
    expect(serviceProblems({ devices: ['/dev/fuse'] })).toEqual([
      'SCENARIO_FORBIDDEN at /services/web/devices/0: `/dev/fuse` is a device of this machine',
    ]);
    const allow = { privileged: false, hostPaths: ['/dev/fuse'], publish: false };
    expect(containerOf({ devices: ['/dev/fuse:/dev/fuse:rwm'] }, {}, { allow }).devices).toEqual([
      '/dev/fuse',
    ]);
  });
});

const mistakes: readonly (readonly [JsonObject, string])[] = [
  [
    { command: 'echo a | cat' },
    'SCENARIO_WRONG_VALUE at /services/web/command: `|` has no meaning in `command`',
  ],
  [{ command: `echo 'a` }, "SCENARIO_WRONG_VALUE at /services/web/command: a ' without its end in `command`"],
  [{ working_dir: 'srv' }, 'SCENARIO_WRONG_VALUE at /services/web/working_dir: `srv` is no absolute path'],
  [{ stop_signal: 'SIGFOO' }, 'SCENARIO_WRONG_VALUE at /services/web/stop_signal: `SIGFOO` is no signal'],
  [
    { stop_grace_period: '10' },
    'SCENARIO_WRONG_UNIT at /services/web/stop_grace_period: `stop_grace_period` `10` is no duration',
  ],
  [
    { mem_limit: '1k' },
    'SCENARIO_WRONG_VALUE at /services/web/mem_limit: `mem_limit` `1k` is less than 6291456',
  ],
  [
    { mem_limit: '64m', deploy: { resources: { limits: { memory: '65m' } } } },
    'SCENARIO_CONFLICT at /services/web/mem_limit: `mem_limit` and `deploy.resources.limits.memory` are two different limits',
  ],
  [
    { memswap_limit: '64m' },
    'SCENARIO_CONFLICT at /services/web/memswap_limit: `memswap_limit` without `mem_limit`',
  ],
  [
    { mem_limit: '64m', memswap_limit: '32m' },
    'SCENARIO_CONFLICT at /services/web/memswap_limit: `memswap_limit` is memory and swap together, and is less than `mem_limit`',
  ],
  [
    { cpuset: 'all' },
    'SCENARIO_WRONG_VALUE at /services/web/cpuset: `all` is no list of processors such as 0-3,5',
  ],
  [
    { cap_add: ['CHOWN'], cap_drop: ['CHOWN'] },
    'SCENARIO_CONFLICT at /services/web/cap_add: `CHOWN` is both added and dropped',
  ],
  [{ cap_add: ['ROOT'] }, 'SCENARIO_WRONG_VALUE at /services/web/cap_add/0: `ROOT` is no capability'],
  [
    { security_opt: ['apparmor=x'] },
    'LANGUAGE_NOT_AVAILABLE_YET at /services/web/security_opt/0: `apparmor` in `security_opt` is not available yet',
  ],
  [
    { security_opt: ['no-new-privileges:maybe'] },
    'SCENARIO_WRONG_VALUE at /services/web/security_opt/0: `no-new-privileges:maybe` is no security option',
  ],
  [
    { sysctls: { 'kernel.panic': 1 } },
    'SCENARIO_FORBIDDEN at /services/web/sysctls: sysctl `kernel.panic` would change the host',
  ],
  [
    { sysctls: { 'net/../kernel/panic': 1 } },
    'SCENARIO_FORBIDDEN at /services/web/sysctls: sysctl `net....kernel.panic` would change the host',
  ],
  [{ ulimits: { files: 1 } }, 'SCENARIO_WRONG_VALUE at /services/web/ulimits/files: `files` is no limit'],
  [
    { ulimits: { nofile: { soft: 2, hard: 1 } } },
    'SCENARIO_CONFLICT at /services/web/ulimits/nofile: the soft limit of `nofile` is above its hard limit',
  ],
  [
    { extra_hosts: ['host.docker.internal:host-gateway'] },
    'SCENARIO_NO_EFFECT at /services/web/extra_hosts/0: `host-gateway` does not exist here: no network reaches the host',
  ],
  [{ extra_hosts: ['a=b'] }, 'SCENARIO_WRONG_VALUE at /services/web/extra_hosts/0: `b` is no address'],
  [
    { oom_score_adj: 2000 },
    'SCENARIO_WRONG_VALUE at /services/web/oom_score_adj: `oom_score_adj` `2000` is more than 1000',
  ],
  [
    { dns: ['192.0.2.1'] },
    'SCENARIO_NO_EFFECT at /services/web/dns: `dns` needs a network with `egress: true`: no other reaches a DNS server outside',
  ],
  [{ network_mode: 'host' }, 'SCENARIO_WRONG_VALUE at /services/web/network_mode: `host` is no network mode'],
  [
    { network_mode: 'none', ports: ['80'] },
    'SCENARIO_CONFLICT at /services/web/ports: `ports` has no place beside `network_mode: none`',
  ],
  [
    { network_mode: 'service:x' },
    'SCENARIO_UNDECLARED at /services/web/network_mode: service `x` is not declared',
  ],
  [
    { restart: 'sometimes' },
    'SCENARIO_WRONG_VALUE at /services/web/restart: `sometimes` is no restart policy',
  ],
  [{ depends_on: ['db'] }, 'SCENARIO_UNDECLARED at /services/web/depends_on/0: service `db` is not declared'],
  [{ image: 'tool' }, 'SCENARIO_UNDECLARED at /services/web/image: image `tool` is not declared'],
  [
    { image: 'x/UPPER:1' },
    'IMAGE_REFERENCE_INVALID at /services/web/image: `x/UPPER:1` is no image reference',
  ],
];

test.each(mistakes)('R1 R13 a mistake is found at its place: %j', (service, problem) => {
  expect(serviceProblems(service)).toEqual([problem]);
});

test('R2 all mistakes are shown at once', () => {
  expect(serviceProblems({ stop_signal: 'X', cpuset: 'y', working_dir: 'z' })).toHaveLength(3);
});
