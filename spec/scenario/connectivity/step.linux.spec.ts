import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { afterAll, expect, test } from 'vitest';
import type { ConnectivityFacts } from '../../../src/core/connectivity.ts';
import type { JsonObject } from '../../../src/core/json.ts';
import { connectivityShape } from '../../../src/report/connectivity-shape.ts';
import { fits } from '../../../src/report/shape.ts';
import { MayflyBench } from '../../cli/mayfly-process.ts';
import { describeRequiring } from '../../requires.ts';
import { surprisesOf } from './survey-bed.ts';

interface Outcome {
  readonly status: number | null;
  /** Of each step that has them. */
  readonly facts: readonly ConnectivityFacts[];
  readonly text: string;
}

const schema = new URL('../../../schema/report-json.schema.json', import.meta.url);
const isReport = new Ajv({ allErrors: true }).compile(JSON.parse(readFileSync(schema, 'utf8')));

const idle = { image: 'tools', command: ['sleep', 'infinity'] };

describeRequiring(['userns', 'overlay', 'net', 'ipv6'], 'a `connectivity` step', () => {
  const bench = new MayflyBench();
  afterAll(() => bench.remove());

  async function run(scenario: JsonObject): Promise<Outcome> {
    const document = { name: 'net', images: { tools: { host: ['sh', 'sleep', 'true'] } }, ...scenario };
    const file = bench.write('net.yaml', JSON.stringify(document));
    const { status, out, err } = await bench.run(['test', file, '--report', 'json']);
    const found: ConnectivityFacts[] = [];
    expect(isReport(JSON.parse(out)), JSON.stringify(isReport.errors)).toBe(true);
    const report: unknown = JSON.parse(out, (key, value) => {
      if (key === 'facts' && fits(connectivityShape, value)) found.push(value);
      return value;
    });
    expect(report).toBeDefined();
    return { status, facts: found, text: out + err };
  }

  test('R23 groups, every one, instances of a scaled service and interpolation name services', async () => {
    const { status, facts, text } = await run({
      vars: { port: 8080 },
      networks: { front: {}, back: {} },
      services: {
        web: { ...idle, networks: ['front'], scale: 2, expose: [8080] },
        db: { ...idle, networks: ['back'], expose: [5432] },
        client: { ...idle, networks: ['front', 'back'] },
      },
      steps: [
        {
          connectivity: {
            groups: { askers: ['client', 'web'] },
            allow: ['askers -> web:${{ vars.port }}', 'client -> db:*'],
          },
        },
        { connectivity: { default: 'allow', deny: ['db -> *:*', '* -> web[2]:8080', 'web -> db:5432'] } },
      ],
    });
    expect(status, text).toBe(1);
    const [first, second] = facts;
    expect(first?.rows.map(({ from }) => from)).toEqual(['web[1]', 'web[2]', 'db', 'client']);
    expect(first?.summary).toBe('4 services, 3 targets, 18 cells over IPv4 and IPv6: all as declared');
    expect(second === undefined ? [] : surprisesOf(second)).toEqual([
      'client -> web[2]:8080/tcp 4 too-open open',
      'client -> web[2]:8080/tcp 6 too-open open',
      'web[1] -> web[2]:8080/tcp 4 too-open open',
      'web[1] -> web[2]:8080/tcp 6 too-open open',
    ]);
  });

  test('R12 R23 policies, a scaled service and UDP: the table as declared, and one that is not; both schemas hold', async () => {
    const services = {
      web: { ...idle, scale: 2, expose: [80] },
      db: { ...idle, expose: [5432, '53/udp'] },
      client: idle,
    };
    const allow = ['client -> web:80', 'web -> db:5432', 'web -> db:53/udp', 'client -> web/icmp'];
    const policies = [{ network: 'default', allow }];
    const fine = await run({
      services,
      policies,
      steps: [{ connectivity: { allow } }, { isolation: { only: ['ns.net', 'net.matrix'] } }],
    });
    expect(fine.status, fine.text).toBe(0);
    expect(fine.facts[0]?.summary).toBe(
      '4 services, 8 targets, 48 cells over IPv4 and IPv6: all as declared',
    );
    const wrong = allow.with(2, 'db -> web:53/udp');
    const open = await run({ services, policies, steps: [{ connectivity: { allow: wrong } }] });
    expect(open.status, open.text).toBe(1);
    const families = ['4', '6'];
    expect(open.facts.flatMap(surprisesOf)).toEqual(
      ['1', '2']
        .flatMap((at) => [
          ...families.map((family) => `db -> web[${at}]:53/udp ${family} too-closed timed-out`),
        ])
        .concat(
          ['1', '2'].flatMap((at) =>
            families.map((family) => `web[${at}] -> db:53/udp ${family} too-open open`),
          ),
        ),
    );
  });

  test('R24 who has ended as declared is left out, unless a rule names it; whoever is stopped is not', async () => {
    const services = {
      job: { image: 'tools', command: ['true'], exits: 0 },
      web: { ...idle, expose: [80], depends_on: { job: { condition: 'service_completed_successfully' } } },
      client: idle,
    };
    const allow = ['client -> web:80'];
    const fine = await run({ services, steps: [{ connectivity: { allow } }] });
    expect(fine.status, fine.text).toBe(0);
    expect(fine.facts[0]?.leftOut).toEqual([{ service: 'job', reason: 'it has ended, as declared' }]);
    const steps = [{ connectivity: { allow, deny: ['client -> job:80'] } }];
    const named = await run({ services, steps });
    expect(named.facts[0]?.surprises.map(({ to, verdict, why }) => `${to} ${verdict}: ${why}`)).toContain(
      'job inconclusive: job does not run: it is exited',
    );
    const stopped = await run({
      services: { web: services.client, client: idle },
      steps: [{ control: { stop: 'web' } }, { connectivity: { deny: ['client -> web:80'] } }],
    });
    expect(stopped.status).toBe(1);
    expect(stopped.text).toContain(
      'client -> web:80/tcp over IPv4 and IPv6 is inconclusive: web does not run',
    );
  });

  test('R24 R25 what a partition cuts is closed as long as it lasts, and the report says so', async () => {
    const services = { web: { ...idle, expose: [80] }, client: idle, other: idle };
    const fault = { partition: { from: ['client'], to: ['web'] } };
    const open = { default: 'allow', families: [4] };
    const closed = { ...open, deny: ['client -> web:80'] };
    const { status, facts, text } = await run({
      services,
      steps: [
        { connectivity: open },
        { fault, during: [{ connectivity: closed }] },
        { connectivity: open },
        { fault, during: [{ connectivity: { ...open, deny: ['other -> web:80'] } }] },
      ],
    });
    expect(status, text).toBe(1);
    expect(facts.map(surprisesOf), text).toEqual([
      [],
      [],
      [],
      ['client -> web:80/tcp 4 too-closed timed-out', 'other -> web:80/tcp 4 too-open open'],
    ]);
    const cut = [{ from: 'client', to: 'web' }];
    expect(facts.map((each) => each.cut)).toEqual([undefined, cut, undefined, cut]);
    expect(facts[1]?.summary).toMatch(/: all as declared, while a partition cuts 1 way$/);
    expect(facts[3]?.surprises.find(({ from }) => from === 'client')?.why).toContain(
      'a partition cuts this way',
    );
  });

  test('R24 with another fault on the line, no silence is evidence', async () => {
    const services = { web: idle, client: idle, other: idle };
    const connectivity = { default: 'allow', families: [4], deny: ['client -> web:80'] };
    const during = [{ connectivity }];
    const steps = [{ fault: { delay: { service: 'web', by: '2s' } }, during }];
    const late = await run({ services, steps });
    expect(late.facts.map(surprisesOf), late.text).toEqual([
      ['client -> web:80/tcp 4 inconclusive timed-out', 'other -> web:80/tcp 4 inconclusive timed-out'],
    ]);
    expect(late.facts[0]?.surprises[0]?.why).toContain('a fault on the line (delay)');
  });

  test('R23 a table that asks nothing, and a rule that speaks of nothing, are no pass', async () => {
    const services = { web: idle, client: { ...idle, expose: [80] } };
    const empty = await run({
      services: { web: idle, client: idle },
      steps: [{ connectivity: { default: 'deny' } }],
    });
    expect(empty.status, empty.text).toBe(2);
    expect(empty.text).toContain('nothing was asked');
    const silent = await run({
      services,
      steps: [
        {
          connectivity: {
            allow: ['web -> client:80'],
            deny: ['* -> web:81', 'client -> web:*', 'client -> web:*/udp'],
          },
        },
      ],
    });
    expect(silent.status, silent.text).toBe(1);
    expect(silent.text).toContain('client -> web:*/udp speaks of nothing that was asked');
    expect(silent.text).not.toContain('client -> web:* speaks of nothing');
  });
});
