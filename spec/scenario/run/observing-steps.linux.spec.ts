import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { HostFeature } from '../../../src/core/host-feature.ts';
import type { JsonObject } from '../../../src/core/json.ts';
import { MayflyBench } from '../../cli/mayfly-process.ts';
import { describeRequiring } from '../../requires.ts';

interface Row {
  readonly name: string;
  readonly step: JsonObject;
  readonly outcome: 'passed' | 'failed' | 'errored';
  readonly requires?: readonly HostFeature[];
}

const server = "require('net').createServer().listen(5432, '0.0.0.0', () => console.log('up'))";

/** `bare` has one program and no shell: nothing of an image is needed to look at it. */
const document: JsonObject = {
  name: 'looks',
  images: {
    node: { host: ['node'], config: { user: '0', environment: { FRUIT: 'apple' } } },
    bare: { host: ['sleep'] },
  },
  networks: { back: { ipam: { config: [{ subnet: '10.45.0.0/24' }] } }, other: {} },
  services: {
    db: {
      image: 'node',
      command: ['node', '-e', server],
      networks: { back: { aliases: ['postgres'], ipv4_address: '10.45.0.9' } },
      ready: { log: 'up' },
    },
    bare: { image: 'bare', command: ['sleep', '1000'], networks: ['back'] },
    alone: { image: 'bare', command: ['sleep', '1000'], network_mode: 'none' },
    far: { image: 'bare', command: ['sleep', '1000'], networks: ['other'], init: false },
  },
};

const cgroups: readonly HostFeature[] = ['cgroup-memory', 'cgroup-pids', 'cgroup-cpu'];
const looks = (name: string, outcome: Row['outcome'], step: JsonObject, requires?: Row['requires']): Row => ({
  name,
  outcome,
  step,
  ...(requires === undefined ? {} : { requires }),
});

const rows: readonly Row[] = [
  looks('a port', 'passed', { in: 'db', ports: { port: 5432, address: '0.0.0.0' } }),
  looks('a port of a neighbour', 'failed', { in: 'bare', ports: { port: 5432 } }),
  looks('a port on another address', 'failed', { in: 'db', ports: { port: 5432, address: '127.0.0.1' } }),
  looks('a port of the wrong protocol', 'failed', { in: 'db', ports: { port: 5432, proto: 'udp' } }),
  looks('no port at all', 'passed', { in: 'alone', ports: { port: 5432, listening: false } }),
  looks('a process', 'passed', {
    in: 'bare',
    processes: { match: '^sleep 1000$', count: 1, user: 0, pid1: false },
  }),
  looks('a process of a neighbour', 'failed', { in: 'bare', processes: { match: 'node' } }),
  looks('the only process', 'passed', { in: 'far', processes: { count: 1, pid1: true } }),
  looks('the reaper is process 1', 'failed', { in: 'bare', processes: { match: 'sleep', pid1: true } }),
  looks('another user', 'failed', { in: 'bare', processes: { match: 'sleep', user: 7 } }),
  looks('a name', 'passed', { in: 'bare', dns: { name: 'db', answers: { includes: '10.45.0.9' } } }),
  looks('an alias', 'passed', { in: 'bare', dns: { name: 'postgres', answers: { length: 1 } } }),
  looks('a name backwards', 'passed', {
    in: 'bare',
    dns: { name: '9.0.45.10.in-addr.arpa', type: 'PTR', answers: { some: { starts_with: 'db' } } },
  }),
  looks('a name of another network', 'failed', { in: 'far', dns: { name: 'db' } }),
  looks('a name of another network is unknown', 'passed', {
    in: 'far',
    dns: { name: 'db', rcode: 'NXDOMAIN' },
  }),
  looks('a name without a network', 'errored', { in: 'alone', dns: { name: 'db', rcode: 'NXDOMAIN' } }),
  looks('an image', 'passed', {
    image: {
      name: 'node',
      config: { user: '0', environment: { has_key: 'FRUIT' } },
      size: { gt: '1m' },
      layers: { length: { gte: 1 } },
    },
  }),
  looks('an image with another user', 'failed', { image: { name: 'bare', config: { user: 'app' } } }),
  looks(
    'usage',
    'passed',
    {
      in: 'db',
      stats: { memory: { gt: '1m', lt: '1g' }, cpu: { gt: '1ms' }, pids: { gte: 2 }, oom_kills: 0 },
    },
    cgroups,
  ),
  looks('more usage than there is', 'failed', { in: 'bare', stats: { memory: { gt: '1g' } } }, cgroups),
  looks('two processes, counted', 'passed', { in: 'bare', stats: { pids: 2 } }, cgroups),
];

const isPossible = ({ requires = [] }: Row): boolean =>
  requires.every((feature) => inject('hostFeatures').includes(feature));
const possible = rows.filter(isPossible);

const bench = new MayflyBench();
const outcomes = new Map<string, string>();

interface Report {
  readonly scenarios: readonly {
    readonly attempts: readonly {
      readonly steps: readonly { readonly name: string; readonly outcome: string }[];
    }[];
  }[];
}

describeRequiring(['userns', 'overlay', 'net'], 'R17 what is seen of real containers', () => {
  beforeAll(async () => {
    const steps = possible.map(({ name, step }) => ({ name, ...step }));
    // A scenario stops at the first step that does not pass; `finally` does them all.
    bench.write('looks.yaml', JSON.stringify({ ...document, steps: [{ wait: '1ms' }], finally: steps }));
    const { out, err } = await bench.run(['test', 'looks.yaml', '--report', 'json']);
    if (out === '') throw new Error(err);
    const report: Report = JSON.parse(out);
    for (const { name, outcome } of report.scenarios[0]?.attempts[0]?.steps ?? [])
      outcomes.set(name, outcome);
  }, 60_000);
  afterAll(() => bench.remove());

  test.each(possible)('R17 $name: $outcome', ({ name, outcome }) => {
    expect(outcomes.get(name)).toBe(outcome);
  });
});
