import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import type { IsolationFacts } from '../../src/core/isolation-facts.ts';
import type { Json } from '../../src/core/json.ts';
import { jsonReport } from '../../src/report/json-report.ts';
import { parseEventLine } from '../../src/report/parse-event-line.ts';
import { summarize } from '../../src/report/summarize.ts';
import { runStarted, started, stepFinished, stepStarted } from './sample-events.ts';
import { sampleMatrix } from './sample-matrix.ts';

const schemaOf = (name: string): Json =>
  JSON.parse(readFileSync(new URL(`../../schema/${name}.schema.json`, import.meta.url), 'utf8'));
const ajv = new Ajv({ allErrors: true });
const isEvent = ajv.compile(schemaOf('report-event') as object);
const isReport = ajv.compile(schemaOf('report-json') as object);

const matrix: Json = JSON.parse(JSON.stringify(sampleMatrix));
const seals: IsolationFacts & Json = {
  profile: 'standard',
  summary: '1 service: 1 passed, 1 unsupported; excepted: lsm.profile (none here)',
  afterwards: { 'teardown.nothing-left': 'shown by the census' },
  services: {
    web: {
      'ns.pid': { result: 'pass', evidence: ['another'] },
      'lsm.profile': { result: 'unsupported', evidence: [], excepted: 'none here' },
    },
  },
};

const without = (facts: Json, key: string): Json =>
  Object.fromEntries(Object.entries(Object(facts)).filter(([name]) => name !== key)) as Json;

const kinds = ['connectivity', 'isolation', 'run'] as const;

test.each<{
  readonly name: string;
  readonly stepKind: (typeof kinds)[number];
  readonly facts: Json;
  readonly fault?: string;
}>([
  { name: 'a matrix', stepKind: 'connectivity', facts: matrix },
  { name: 'seals', stepKind: 'isolation', facts: seals },
  ...kinds.flatMap((stepKind) => [
    { name: `no facts of ${stepKind}`, stepKind, facts: {} },
    { name: `nothing of ${stepKind}`, stepKind, facts: null },
  ]),
  { name: 'whatever another kind says', stepKind: 'run', facts: { stdout: 'x', profile: 7 } },
  { name: 'seals for a matrix', stepKind: 'connectivity', facts: seals, fault: 'facts.profile: unknown key' },
  {
    name: 'a matrix without rows',
    stepKind: 'connectivity',
    facts: without(matrix, 'rows'),
    fault: 'facts.rows: missing',
  },
  {
    name: 'a matrix of another version',
    stepKind: 'connectivity',
    facts: { ...Object(matrix), version: 2 },
    fault: 'facts.version: expected 1',
  },
  {
    name: 'seals of no service',
    stepKind: 'isolation',
    facts: without(seals, 'services'),
    fault: 'facts.services: missing',
  },
  {
    name: 'a result that there is not',
    stepKind: 'isolation',
    facts: { ...seals, services: { web: { 'ns.pid': { result: 'maybe', evidence: [] } } } },
    fault: 'facts.services.web.ns.pid.result: expected',
  },
])('$name: as the schemas say, and as the reader', ({ stepKind, facts, fault }) => {
  const event = stepFinished('a.yaml', { stepKind, facts });
  expect(isEvent(event), JSON.stringify(isEvent.errors)).toBe(fault === undefined);
  const read = (): unknown => parseEventLine(JSON.stringify(event), 'x:1');
  if (fault === undefined) expect(read()).toEqual(event);
  else expect(read).toThrow(fault);
  if (jsonReport.kind !== 'document') throw new Error('JSON is a document');
  const events = [runStarted(), started('a.yaml'), stepStarted('a.yaml', { stepKind }), event];
  const report = JSON.parse(jsonReport.render(summarize(events), { color: false, columns: 80 }));
  expect(JSON.stringify(report)).toContain(JSON.stringify(facts));
  expect(isReport(report), JSON.stringify(isReport.errors)).toBe(fault === undefined);
});
