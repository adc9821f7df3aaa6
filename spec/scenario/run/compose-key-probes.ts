import type { HostFeature } from '../../../src/core/host-feature.ts';
import type { Json, JsonObject } from '../../../src/core/json.ts';

/** A key of a service, and a look from inside the container that tells whether it works. */
export interface ComposeProbe {
  readonly key: string;
  /** What the key is, in `service`, the service `web`. */
  readonly service: JsonObject;
  /** What else `web` has, with the key and without it. */
  readonly beside?: JsonObject;
  /** What else the scenario has, with the key and without it. */
  readonly document?: JsonObject;
  readonly steps: readonly JsonObject[];
  readonly requires?: readonly HostFeature[];
  /** What the scenario is to come to; `errored` where the key is there to keep a service from starting. */
  readonly outcome?: 'passed' | 'failed' | 'errored';
  /**
   * Without the key the scenario must come to something else, or the look would prove nothing. `alone`: no scenario can be
   * written without it; `alike`: whether it differs depends on the machine.
   */
  readonly control?: 'alone' | 'alike';
}

const run = (script: string, expect?: JsonObject): JsonObject => ({
  in: 'web',
  run: script,
  ...(expect === undefined ? {} : { expect }),
});
const sees = (script: string, text: string): JsonObject => run(script, { stdout: { contains: text } });
const log = (text: string): JsonObject => ({
  logs: { service: 'web', contains: text },
  eventually: { within: '3s', every: '20ms' },
});
const status = (pattern: string): JsonObject =>
  run('cat /proc/self/status', { stdout: { matches: `(?m)${pattern}` } });
const fails = (script: string, stderr: Json): JsonObject => run(script, { exit: { gt: 0 }, stderr });

const forever = 'exec sleep 1000';
const tenForks = 'for i in 1 2 3 4 5 6 7 8 9 10; do sleep 1 & done';
const refusesTheNinth = fails(tenForks, { matches: '(?i)fork' });

export const composeProbes: readonly ComposeProbe[] = [
  {
    key: 'image',
    service: { image: 'other' },
    document: { images: { tools: { host: ['sh', 'sleep'] }, other: { host: ['sh', 'sleep', 'seq'] } } },
    steps: [run('seq 2', { stdout: '1\n2' })],
  },
  {
    key: 'command',
    service: { command: ['sh', '-c', `echo commanded; ${forever}`] },
    steps: [log('commanded')],
  },
  {
    key: 'entrypoint',
    service: { entrypoint: ['sh', '-c', `echo entered; ${forever}`] },
    steps: [log('entered')],
  },
  { key: 'environment', service: { environment: { FRUIT: 'apple' } }, steps: [sees('echo $FRUIT', 'apple')] },
  { key: 'env_file', service: { env_file: 'app.env' }, steps: [sees('echo $FROM_FILE', 'from a file')] },
  { key: 'working_dir', service: { working_dir: '/srv/deep' }, steps: [sees('pwd', '/srv/deep')] },
  {
    key: 'user',
    service: { user: '1000:1001' },
    steps: [status('^Uid:\\s+1000\\s'), status('^Gid:\\s+1001\\s')],
    requires: ['subids'],
  },
  {
    key: 'group_add',
    service: { group_add: ['4242'] },
    steps: [status('^Groups:.*\\b4242\\b')],
    requires: ['subids'],
  },
  { key: 'hostname', service: { hostname: 'db-1' }, steps: [sees('cat /proc/sys/kernel/hostname', 'db-1')] },
  {
    key: 'domainname',
    service: { domainname: 'example.org' },
    steps: [sees('cat /proc/sys/kernel/domainname', 'example.org')],
  },
  {
    key: 'networks',
    service: { networks: { back: { ipv4_address: '10.44.0.7' } } },
    document: { networks: { back: { ipam: { config: [{ subnet: '10.44.0.0/24' }] } } } },
    steps: [sees('cat /proc/net/fib_trie', '10.44.0.7')],
  },
  {
    key: 'network_mode',
    service: { network_mode: 'none' },
    steps: [run('cat /proc/net/dev', { stdout: { not: { contains: 'eth0' } } })],
  },
  {
    key: 'ports',
    service: { ports: ['127.0.0.1::8080'] },
    steps: [run('echo ${{ services.web.port(8080) }}', { stdout: { matches: '^[1-9]\\d+\\n$' } })],
  },
  {
    key: 'volumes',
    service: { volumes: ['shared:/shared'] },
    document: {
      volumes: { shared: {} },
      services: { other: { image: 'tools', volumes: ['shared:/shared'], command: ['sleep', '1000'] } },
    },
    steps: [{ in: 'other', run: 'echo carried > /shared/note' }, sees('cat /shared/note', 'carried')],
  },
  {
    key: 'tmpfs',
    service: { tmpfs: ['/scratch:size=64k'] },
    steps: [fails('head -c 128k /dev/zero > /scratch/big', { contains: 'No space left' })],
  },
  {
    key: 'configs',
    service: { configs: ['settings', { source: 'inline', target: '/etc/inline', mode: '0440' }] },
    document: { configs: { settings: { file: 'app.env' }, inline: { content: 'answer ${{ 40 == 40 }}' } } },
    steps: [
      sees('cat /settings', 'FROM_FILE'),
      sees('cat /etc/inline', 'answer true'),
      { in: 'web', files: [{ path: '/etc/inline', mode: '0440' }] },
    ],
  },
  {
    key: 'secrets',
    service: { secrets: ['TOKEN', { source: 'TOKEN', target: 'other-name', mode: '0400' }] },
    document: { secrets: { TOKEN: { default: 'correct-horse' } } },
    steps: [
      run('cat /run/secrets/TOKEN /run/secrets/other-name', { stdout: 'correct-horsecorrect-horse' }),
      { in: 'web', files: [{ path: '/run/secrets/other-name', mode: '0400' }] },
    ],
  },
  {
    key: 'depends_on',
    service: { depends_on: { job: { condition: 'service_completed_successfully' } } },
    beside: { volumes: ['work:/work'], command: ['sh', '-c', `cat /work/done; ${forever}`] },
    document: {
      volumes: { work: {} },
      services: {
        job: {
          image: 'tools',
          volumes: ['work:/work'],
          exits: 0,
          command: ['sh', '-c', 'sleep 0.5; echo job done > /work/done'],
        },
      },
    },
    steps: [log('job done')],
  },
  {
    key: 'healthcheck',
    service: { healthcheck: { test: ['CMD', 'touch', '/checked'], interval: '50ms' } },
    steps: [{ in: 'web', files: [{ path: '/checked', exists: true }] }],
  },
  {
    key: 'restart',
    service: { restart: 'on-failure:3' },
    beside: {
      command: ['sh', '-c', `if [ -f /once ]; then echo again; ${forever}; fi; touch /once; exit 3`],
    },
    steps: [log('again')],
  },
  {
    key: 'stop_signal',
    service: { stop_signal: 'SIGUSR1' },
    beside: {
      command: ['sh', '-c', 'trap "echo told; exit 0" USR1; echo up; while :; do sleep 0.02; done'],
      ready: { log: 'up' },
    },
    steps: [{ control: { stop: 'web' } }, log('told')],
  },
  {
    key: 'stop_grace_period',
    service: { stop_grace_period: '100ms' },
    beside: {
      command: ['sh', '-c', 'trap "" TERM; echo up; while :; do sleep 0.02; done'],
      ready: { log: 'up' },
    },
    steps: [{ control: { stop: 'web' }, timeout: '2s' }],
  },
  { key: 'cap_add', service: { cap_add: ['NET_ADMIN'] }, steps: [status('^CapBnd:\\s+00000000a80415fb$')] },
  { key: 'cap_drop', service: { cap_drop: ['ALL'] }, steps: [status('^CapBnd:\\s+0000000000000000$')] },
  { key: 'privileged', service: { privileged: true }, steps: [status('^CapEff:\\s+0000[0-9a-f]{3}f{9}$')] },
  {
    key: 'read_only',
    service: { read_only: true },
    steps: [fails('touch /mine', { contains: 'Read-only' })],
  },
  {
    key: 'security_opt',
    service: { security_opt: ['no-new-privileges:false'] },
    steps: [status('^NoNewPrivs:\\s+0$')],
  },
  { key: 'pids_limit', service: { pids_limit: 8 }, steps: [refusesTheNinth], requires: ['cgroup-pids'] },
  {
    key: 'deploy',
    service: { deploy: { resources: { limits: { pids: 8 } } } },
    steps: [refusesTheNinth],
    requires: ['cgroup-pids'],
  },
  {
    key: 'mem_limit',
    service: { mem_limit: '16m' },
    steps: [run('head -c 64m /dev/zero | tail -n 1 > /dev/null', { exit: 137 })],
    requires: ['cgroup-memory'],
  },
  {
    key: 'memswap_limit',
    service: { memswap_limit: '16m' },
    beside: { mem_limit: '16m' },
    steps: [run('head -c 24m /dev/zero | tail -n 1 > /dev/null', { exit: 137 })],
    requires: ['cgroup-memory'],
    control: 'alike',
  },
  {
    key: 'cpus',
    service: { cpus: 0.1 },
    beside: { image: 'node' },
    document: { images: { node: { host: ['node', 'sleep'] } } },
    steps: [
      {
        in: 'web',
        run: [
          'node',
          '-e',
          'const t = Date.now(); while (Date.now() - t < 1000); console.log(process.cpuUsage().user / 1e6)',
        ],
        expect: { stdout: { lt: 0.5 } },
      },
    ],
    requires: ['cgroup-cpu'],
    control: 'alike',
  },
  {
    key: 'cpuset',
    service: { cpuset: '0' },
    steps: [status('^Cpus_allowed_list:\\s+0$')],
    requires: ['cgroup-cpu'],
    control: 'alike',
  },
  {
    key: 'shm_size',
    service: { shm_size: '1m' },
    steps: [sees('grep " /dev/shm " /proc/mounts', 'size=1024k')],
  },
  { key: 'ulimits', service: { ulimits: { nofile: 64 } }, steps: [run('ulimit -n', { stdout: '64' })] },
  {
    key: 'sysctls',
    service: { sysctls: { 'net.core.somaxconn': 1234 } },
    steps: [run('cat /proc/sys/net/core/somaxconn', { stdout: '1234' })],
  },
  {
    key: 'extra_hosts',
    service: { extra_hosts: { 'api.example.org': '10.20.0.9' } },
    steps: [run('cat /etc/hosts', { stdout: { matches: '(?m)^10\\.20\\.0\\.9\\s+api\\.example\\.org' } })],
  },
  {
    key: 'init',
    service: { init: false },
    steps: [run('readlink /proc/1/exe', { stdout: { contains: 'sleep' } })],
  },
  {
    key: 'tty',
    service: { tty: true },
    beside: { command: ['sh', '-c', `test -t 1 && echo terminal; ${forever}`] },
    steps: [log('terminal')],
  },
  {
    key: 'stdin_open',
    service: { stdin_open: true },
    beside: {
      command: ['sh', '-c', `cat; echo closed; ${forever}`],
      ready: { within: '5s', file: '/proc/1/stat' },
    },
    steps: [
      {
        logs: { service: 'web', not: { contains: 'closed' } },
        consistently: { for: '300ms', every: '50ms' },
      },
    ],
  },
  {
    key: 'devices',
    service: { devices: ['/dev/kmsg'] },
    steps: [{ in: 'web', files: [{ path: '/dev/kmsg', type: 'char' }] }],
  },
  {
    key: 'scale',
    service: { scale: 2 },
    steps: [
      { in: 'web[1]', run: 'true' },
      { in: 'web[2]', run: 'true' },
    ],
    control: 'alone',
  },
  { key: 'platform', service: { platform: 'linux/s390x' }, steps: [run('true')], outcome: 'errored' },
  {
    key: 'profiles',
    service: { profiles: ['debug'] },
    document: { services: { other: { image: 'tools', command: ['sleep', '1000'] } } },
    steps: [{ in: 'other', http: { url: 'http://web:1/' }, expect: { error: 'no-name' } }],
  },
  {
    key: 'oom_score_adj',
    service: { oom_score_adj: 500 },
    steps: [run('cat /proc/self/oom_score_adj', { stdout: '500' })],
  },
  {
    key: 'storage_opt',
    service: { storage_opt: { size: '1m' } },
    steps: [fails('head -c 4m /dev/zero > /big', { contains: 'No space left' })],
  },
  {
    key: 'extends',
    service: { extends: 'base' },
    document: {
      services: { base: { image: 'tools', command: ['sleep', '1000'], environment: { BASE: 'below' } } },
    },
    steps: [sees('echo $BASE', 'below')],
  },
];

/** Keys that work and that no look from inside can tell, with the test that shows them. */
export const shownElsewhere: Readonly<Record<string, string>> = {
  build: 'scenarios/build/build.yaml',
  annotations: 'spec/scenario/plan/service/compose-keys.spec.ts',
  dns: 'spec/scenario/plan/service/compose-keys.spec.ts',
  expose: 'spec/docs/compose-keys.spec.ts',
  labels: 'spec/scenario/plan/service/compose-keys.spec.ts',
  pull_policy: 'spec/docs/compose-keys.spec.ts',
};
