import { expect, test } from 'vitest';
import { type Cell, targetOf } from '../../../src/core/connectivity.ts';
import type { SandboxSpec } from '../../../src/core/engine.ts';
import type { JsonObject } from '../../../src/core/json.ts';
import { makePrng } from '../../../src/core/prng.ts';
import { chooseColumns } from '../../../src/scenario/connectivity/choose-columns.ts';
import { composeFacts, type Matrix } from '../../../src/scenario/connectivity/compose-facts.ts';
import { readTruth } from '../../../src/scenario/connectivity/read-truth.ts';
import { on } from '../../engine/contract/container-spec.ts';
import { type Bench, inSandbox } from '../../engine/contract/contract-kit.ts';
import { openNetworkBed } from '../../engine/linux/network/network-bed.ts';
import { describeRequiring } from '../../requires.ts';
import { alterRules, type RuleTable, saysOf, type Words, ways } from './alter-rules.ts';
import { type Asked, declaredOf, knownAs, matrixOf, surprisesOf, surveyOf } from './survey-bed.ts';

const web = ['web[1]', 'web[2]'];

/** All on one network: its policy alone decides who reaches whom. */
const change: Partial<SandboxSpec> = {
  networks: [
    {
      name: 'shop',
      egress: false,
      policy: {
        allow: [
          { from: ['client'], to: web, protocol: 'tcp', port: 80 },
          { from: web, to: ['db'], protocol: 'tcp', port: 6000 },
          { from: web, to: ['db'], protocol: 'udp', port: 53 },
          { from: ['web[1]'], to: ['web[2]'], protocol: 'tcp', port: 80 },
          { from: ['client'], to: web, protocol: 'icmp' },
        ],
      },
    },
  ],
};

async function shop({ start }: Bench): Promise<readonly Asked[]> {
  const idle = ['sleep', '1000'];
  const [client, one, two, db] = await Promise.all([
    start('client', idle, on('shop')),
    start('web[1]', idle, { ...on('shop'), hostname: 'web1' }),
    start('web[2]', idle, { ...on('shop'), hostname: 'web2' }),
    start('db', idle, on('shop')),
  ]);
  return [
    { container: client },
    { container: one, ports: [80] },
    { container: two, ports: [80] },
    { container: db, ports: [6000, 6001], udpPorts: [53] },
  ];
}

/** As a scenario says it: with groups, every one, a scaled service and one instance of it. */
const truth: RuleTable & JsonObject = {
  default: 'deny',
  groups: { askers: ['client', 'web[1]'], stores: ['db'] },
  allow: [
    'client -> web:80',
    'web -> stores:6000/tcp',
    'web -> db:53/udp',
    'askers -> web[2]:80/tcp',
    'client -> web[1]/icmp',
    'client -> web[2]/icmp',
  ],
  deny: ['* -> client:22'],
};

/** The truth with a rule in the place of another. */
const instead = (rule: string, ...others: readonly string[]): JsonObject => ({
  ...truth,
  allow: truth.allow.flatMap((each) => (each === rule ? others : [each])),
});

const both = (...lines: readonly string[]): readonly string[] =>
  lines.flatMap((line) => ['4', '6'].map((family) => line.replace('#', family)));

const cases: readonly {
  readonly name: string;
  readonly value: JsonObject;
  readonly surprises: readonly string[];
}[] = [
  { name: 'the truth', value: truth, surprises: [] },
  {
    name: 'too open: a path of one instance that nobody declared',
    value: instead('askers -> web[2]:80/tcp'),
    surprises: both('web[1] -> web[2]:80/tcp # too-open open'),
  },
  {
    name: 'too closed: a path that the policy does not open',
    value: { ...truth, allow: [...truth.allow, 'client -> db:6000'] },
    surprises: both('client -> db:6000/tcp # too-closed timed-out'),
  },
  {
    name: 'another port',
    value: instead('web -> db:53/udp', 'web -> db:54/udp'),
    surprises: both(
      'web[1] -> db:53/udp # too-open open',
      'web[1] -> db:54/udp # too-closed timed-out',
      'web[2] -> db:53/udp # too-open open',
      'web[2] -> db:54/udp # too-closed timed-out',
    ),
  },
  {
    name: 'another protocol',
    value: instead('web -> db:53/udp', 'web -> db:53/tcp', 'client -> client:1/udp'),
    surprises: both(
      'web[1] -> db:53/tcp # too-closed timed-out',
      'web[1] -> db:53/udp # too-open open',
      'web[2] -> db:53/tcp # too-closed timed-out',
      'web[2] -> db:53/udp # too-open open',
    ),
  },
  {
    name: 'the other direction',
    value: instead('web -> stores:6000/tcp', 'stores -> web:6000'),
    surprises: both(
      'db -> web[1]:6000/tcp # too-closed timed-out',
      'db -> web[2]:6000/tcp # too-closed timed-out',
      'web[1] -> db:6000/tcp # too-open open',
      'web[2] -> db:6000/tcp # too-open open',
    ),
  },
  {
    name: 'the other direction of echoes',
    value: instead('client -> web[1]/icmp', 'web[1] -> client/icmp'),
    surprises: both('client -> web[1]/icmp # too-open open', 'web[1] -> client/icmp # too-closed timed-out'),
  },
  {
    name: 'another instance',
    value: instead('askers -> web[2]:80/tcp', 'web[2] -> web[1]:80'),
    surprises: both(
      'web[1] -> web[2]:80/tcp # too-open open',
      'web[2] -> web[1]:80/tcp # too-closed timed-out',
    ),
  },
];

/** Whatever a rule may speak of, so that all of it is measured. */
const words: Words = {
  names: ['client', 'web', 'web[1]', 'web[2]', 'db', 'askers', 'stores', '*'],
  ends: [':80', ':6000', ':22', ':53/udp', ':80/udp', ':53', '/icmp', ':*', ':*/udp'],
  services: ['client', ...web, 'db'],
};
const allOfIt = words.ends.filter((end) => !end.startsWith(':*')).map((end) => `* -> *${end}`);

describeRequiring(
  ['userns', 'overlay', 'net', 'ipv6', 'policies-stateful'],
  'a truth table of a network with a policy',
  () => {
    const bed = openNetworkBed(() => []);
    const within = (body: (asked: readonly Asked[]) => Promise<void>): Promise<void> =>
      inSandbox(bed, async (bench) => body(await shop(bench)), change);

    test('R12 R23 what is wrong in it fails at exactly that cell', () =>
      within(async (asked) => {
        for (const { name, value, surprises } of cases) {
          const found = surprisesOf(await surveyOf(asked, value));
          expect(found, name).toEqual([...surprises].sort());
        }
      }));

    test('R23 one IP version of a path is missing: exactly that cell, of that version', () =>
      within(async (asked) => {
        const db = asked.find(({ container }) => container.name === 'db')?.container;
        await using probe = await db?.probe('network', new AbortController().signal);
        // ipv6(7): who has it disabled has no address of that version any more.
        const path = '/proc/sys/net/ipv6/conf/eth0/disable_ipv6';
        const written = await probe?.calls([
          { name: 'openat', args: [-100, path, 1, 0] },
          { name: 'write', args: [{ result: 0 }, '1', 1] },
        ]);
        expect(written?.map(({ error }) => error)).toEqual([undefined, undefined]);
        const found = surprisesOf(await surveyOf(asked, truth));
        expect(found.filter((line) => line.includes(' 4 '))).toEqual([]);
        expect(found.map((line) => line.replace(/ [^ ]+$/, ''))).toEqual(
          web.flatMap((from) => [`${from} -> db:53/udp 6 too-closed`, `${from} -> db:6000/tcp 6 too-closed`]),
        );
      }));

    test('R23 of a true table whose texts are altered in 200 ways each is caught, at exactly the cells that were altered', () =>
      within(async (asked) => {
        const measured = await matrixOf(asked, { ...truth, deny: [...truth.deny, ...allOfIt] });
        const plain = matrixFor(truth, measured, asked);
        expect(surprisesOf(composeFacts(plain))).toEqual([]);
        const random = makePrng(23);
        const used = new Set<string>();
        let caught = 0;
        for (let round = 0; caught < 200; round += 1) {
          const way = ways[round % ways.length] ?? '';
          const altered = alterRules(truth, way, words, random);
          const matrix = matrixFor(altered, measured, asked);
          const wrong = measured.cells.filter(
            (cell) =>
              saysOf(altered, words, cell) !== saysOf(truth, words, cell) &&
              (isAskedIn(plain, cell) || isAskedIn(matrix, cell)),
          );
          // Another text may say the same of all ports that there are.
          if (wrong.length === 0) continue;
          const { surprises } = composeFacts(matrix);
          expect(surprises.map(placeOf).sort(), JSON.stringify([way, altered])).toEqual(
            wrong.map(placeOf).sort(),
          );
          used.add(way);
          caught += 1;
        }
        expect([...used].sort()).toEqual([...ways].sort());
      }));
  },
);

/** The matrix of a step with this table: by its own reader, of what the step would ask. */
function matrixFor(table: RuleTable, measured: Matrix, asked: readonly Asked[]): Matrix {
  const truthOf = readTruth(JSON.parse(JSON.stringify(table)), { services: asked.map(knownAs), places: [] });
  const candidates = asked.map((one) => ({
    name: one.container.name,
    declared: declaredOf(one),
    listening: [],
  }));
  const columns = chooseColumns(candidates, truthOf);
  const matrix = { ...measured, truth: truthOf, columns };
  return { ...matrix, cells: measured.cells.filter((cell) => isAskedIn(matrix, cell)) };
}

const isAskedIn = ({ columns }: Pick<Matrix, 'columns'>, cell: Cell): boolean =>
  columns.some((column) => targetOf(column) === targetOf(cell));

const placeOf = (cell: Cell): string => `${cell.from} ${targetOf(cell)} ${cell.family}`;
