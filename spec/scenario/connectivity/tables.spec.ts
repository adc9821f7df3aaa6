import { describe, expect, test } from 'vitest';
import type { Cell } from '../../../src/core/connectivity.ts';
import { type Candidate, chooseColumns } from '../../../src/scenario/connectivity/choose-columns.ts';
import { composeFacts } from '../../../src/scenario/connectivity/compose-facts.ts';
import type { MeasuredCell } from '../../../src/scenario/connectivity/measured-cell.ts';
import { readTruth } from '../../../src/scenario/connectivity/read-truth.ts';
import { outsideColumns } from '../../../src/scenario/connectivity/survey-outside.ts';
import { declaredFor } from '../../../src/scenario/connectivity/truth.ts';

const known = {
  services: [
    { name: 'client' },
    { name: 'web[1]', instanceOf: 'web' },
    { name: 'web[2]', instanceOf: 'web' },
    { name: 'db' },
  ],
  places: ['internet'],
};

const service = (name: string, change: Partial<Candidate> = {}): Candidate => ({
  name,
  declared: [],
  listening: [],
  ...change,
});

/** `db:80/tcp`, as columns. */
const told = (columns: ReturnType<typeof chooseColumns>): readonly string[] =>
  columns.map(({ to, port, protocol }) => `${to}:${port ?? ''}/${protocol}`);

describe('R23 what is declared for a cell', () => {
  const truth = readTruth(
    {
      groups: { askers: ['client', 'web'] },
      allow: ['askers -> db:5432', '* -> db/icmp', 'web[1] -> web[2]:*', 'client -> internet:443'],
      deny: ['web[2] -> db:5432'],
    },
    known,
  );
  const cases: readonly (readonly [
    from: string,
    to: string,
    port: number | undefined,
    protocol: Cell['protocol'],
    declared: string,
  ])[] = [
    ['client', 'db', 5432, 'tcp', 'allow'],
    ['web[1]', 'db', 5432, 'tcp', 'allow'],
    ['web[2]', 'db', 5432, 'tcp', 'deny'],
    ['client', 'db', 5433, 'tcp', 'deny'],
    ['client', 'db', 5432, 'udp', 'deny'],
    ['web[2]', 'db', undefined, 'icmp', 'allow'],
    ['web[1]', 'web[2]', 9, 'tcp', 'allow'],
    ['web[2]', 'web[1]', 9, 'tcp', 'deny'],
    ['client', 'internet', 443, 'tcp', 'allow'],
    ['db', 'internet', 443, 'tcp', 'deny'],
  ];
  test.each(cases)('%s -> %s:%s/%s: %5$s', (from, to, port, protocol, declared) => {
    const cell = { from, to, protocol, ...(port === undefined ? {} : { port }) };
    expect(declaredFor(truth, cell)).toBe(declared);
  });

  test('every one is nobody outside', () => {
    const all = readTruth({ allow: ['* -> *:443'] }, known);
    expect(declaredFor(all, { from: 'db', to: 'internet', port: 443, protocol: 'tcp' })).toBe('deny');
  });

  test('a group of all services names them, which `*` does not', () => {
    const groups = { all: ['client', 'web', 'db'], any: ['*'] };
    const { allow } = readTruth({ groups, allow: ['all -> *:443', '* -> db:443', 'any -> any:443'] }, known);
    expect(allow.map(({ named }) => [...(named ?? [])])).toEqual([
      ['client', 'web[1]', 'web[2]', 'db'],
      ['db'],
      [],
    ]);
  });

  test.each([
    ['a name that an expression made', 'nobody -> db:1', 'SCENARIO_UNDECLARED'],
    ['a place that asks', 'internet -> db:1', 'SCENARIO_UNDECLARED'],
    ['what is no rule', 'client -> db:x', 'SCENARIO_WRONG_VALUE'],
  ])('%s is an error', (_name, rule, code) => {
    expect(() => readTruth({ allow: [rule] }, known)).toThrow(expect.objectContaining({ code }));
  });
});

describe('R23 what is asked of a service', () => {
  const db = service('db', {
    declared: [
      { port: 5432, protocol: 'tcp' },
      { port: 53, protocol: 'udp' },
    ],
    listening: [
      { port: 5432, protocol: 'tcp' },
      { port: 22, protocol: 'tcp' },
      { port: 40_000, protocol: 'udp' },
    ],
  });

  test('what it declares and what it listens on, once', () => {
    const truth = readTruth({ default: 'deny' }, known);
    expect(told(chooseColumns([db], truth))).toEqual(['db:22/tcp', 'db:5432/tcp', 'db:53/udp']);
  });

  test('what rules name of it, and other protocols where a rule speaks of them', () => {
    const truth = readTruth(
      { allow: ['client -> db:80', 'client -> web:9/udp', 'client -> web/icmp'] },
      known,
    );
    expect(told(chooseColumns([db, service('client')], truth))).toEqual([
      'db:22/tcp',
      'db:80/tcp',
      'db:5432/tcp',
      'db:53/udp',
      'db:40000/udp',
      'db:/icmp',
      'client:/icmp',
    ]);
  });

  test('of places outside a usual port, or those that rules name', () => {
    const plain = readTruth({ default: 'deny' }, known);
    expect(told(outsideColumns(['host', 'internet', 'ipv6-link-local'], plain))).toEqual([
      'host:80/tcp',
      'internet:443/tcp',
      'ipv6-link-local:/icmp',
    ]);
    const named = readTruth(
      { deny: ['client -> internet:22', 'client -> db:9/udp', 'client -> db/icmp'] },
      known,
    );
    expect(told(outsideColumns(['internet'], named))).toEqual([
      'internet:22/tcp',
      'internet:53/udp',
      'internet:/icmp',
    ]);
  });
});

test('a table that is wrong everywhere does not fill the stream: the gravest are told, the rest is counted', () => {
  const services = Array.from({ length: 40 }, (_unused, index) => `s${index}`);
  const columns = services.map((to) => ({ to, protocol: 'tcp' as const, port: 80 }));
  const cells = services.flatMap((from) =>
    columns
      .filter(({ to }) => to !== from)
      .map((column): MeasuredCell => {
        const isShown = from === 's39';
        const outcome = isShown ? 'open' : 'unmeasured';
        return { from, ...column, family: 4, outcome, witnessed: true, evidence: 'seen' };
      }),
  );
  const truth = readTruth({ default: 'deny' }, known);
  const facts = composeFacts({ truth, families: [4], services, columns, cells, leftOut: [] });
  expect(facts.surprises).toHaveLength(1_000);
  expect(facts.moreSurprises).toBe(40 * 39 - 1_000);
  expect(facts.surprises.slice(0, 39).map(({ verdict }) => verdict)).toEqual(Array(39).fill('too-open'));
  expect(facts.summary).toContain('39 not as declared, 1521 inconclusive');
  expect(facts.rows[39]?.verdicts).toBe(`${'!'.repeat(39)}-`);
  expect(facts.rows[0]?.verdicts).toBe(`-${'?'.repeat(39)}`);
});
