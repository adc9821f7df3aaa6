import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MayflyEvent } from '../../src/core/event.ts';
import { junitReport } from '../../src/report/junit-report.ts';
import { summarize } from '../../src/report/summarize.ts';
import { anyStream, orderlyStream } from './arbitrary-events.ts';
import { finished, planned, problem, runStarted, started, stepFinished } from './sample-events.ts';
import { eventfulRun, passingRun, unfinishedRun } from './sample-runs.ts';

const schema = fileURLToPath(new URL('jenkins-junit.xsd', import.meta.url));
/** Of the Debian package libxml2-utils. */
const hasXmllint = spawnSync('xmllint', ['--version']).error === undefined;

function renderJunit(events: readonly MayflyEvent[]): string {
  if (junitReport.kind !== 'document') throw new Error('JUnit is a document');
  return junitReport.render(summarize(events), { color: true, columns: 80 });
}

/** What xmllint has against the documents; one process for all, because a process is slow. */
function findFaults(documents: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'mayfly-junit-'));
  try {
    const files = documents.map((document, index) => {
      const file = join(folder, `${index}.xml`);
      writeFileSync(file, document);
      return file;
    });
    const run = spawnSync('xmllint', ['--noout', '--nonet', '--schema', schema, ...files], {
      encoding: 'utf8',
    });
    return run.status === 0 ? '' : run.stderr.replace(/^.* validates$\n/gm, '');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The attributes of each element of a name, in order: enough of a parser for what our own writer writes. */
function attributesOf(xml: string, name: string): readonly Readonly<Record<string, string>>[] {
  return [...xml.matchAll(new RegExp(`<${name}((?: [\\w-]+="[^"<]*")*)/?>`, 'g'))].map(
    ([, attributes = '']) =>
      Object.fromEntries(
        [...attributes.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, value]),
      ),
  );
}

describe('the JUnit report', () => {
  test.skipIf(!hasXmllint)('validates against what Jenkins accepts (needs xmllint)', () => {
    const documents = [passingRun, eventfulRun, unfinishedRun, []].map(renderJunit);
    expect(findFaults(documents)).toBe('');
    expect(
      findFaults([renderJunit(passingRun).replaceAll('<testcase ', '<testcase colour="red" ')]),
    ).toContain('colour');
  });

  test.skipIf(!hasXmllint)('validates whatever the stream (needs xmllint)', () => {
    const streams = fc.sample(fc.oneof(anyStream, orderlyStream), { numRuns: 60, seed: 7 });
    expect(findFaults(streams.map(renderJunit))).toBe('');
  });

  test('is well formed and free of forbidden characters whatever the stream', () => {
    fc.assert(
      fc.property(anyStream, (events) => {
        const xml = renderJunit(events);
        // XML 1.0, production 2; C1 controls are discouraged there, and terminals obey them.
        expect(xml).not.toMatch(/[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]|\p{Cs}/u);
        expectToNest(xml);
      }),
      { numRuns: 100 },
    );
  });

  test('counts of suites add up to those of the whole, and agree with what is inside', () => {
    fc.assert(
      fc.property(fc.oneof(anyStream, orderlyStream), (events) => {
        const xml = renderJunit(events);
        const [whole] = attributesOf(xml, 'testsuites');
        const suites = attributesOf(xml, 'testsuite');
        const sum = (key: string): number => suites.reduce((total, suite) => total + Number(suite[key]), 0);
        expect(Number(whole?.tests)).toBe(sum('tests'));
        expect(sum('tests')).toBe(attributesOf(xml, 'testcase').length);
        expect(sum('failures')).toBe(attributesOf(xml, 'failure').length);
        expect(sum('errors')).toBe(attributesOf(xml, 'error').length);
        expect(sum('skipped')).toBe(attributesOf(xml, 'skipped').length);
      }),
      { numRuns: 100 },
    );
  });

  test('R29 a scenario has a failure or an error exactly if it did not pass', () => {
    const bad = attributesOf(renderJunit(eventfulRun), 'testsuite').map((suite) => [
      suite.name,
      Number(suite.failures) + Number(suite.errors) > 0,
      Number(suite.skipped) > 0,
    ]);
    expect(bad).toEqual([
      ['hello world', false, false],
      ['shop [db=postgres, size=2]', true, true], // a step of it was skipped
      ['a scenario that needs a second attempt', false, false],
      ['sealed network', false, true],
      ['limits', true, false],
      ['broken', true, false],
    ]);
  });

  test('says which part of a run it is', () => {
    const run = [runStarted({ shard: { index: 2, total: 5, of: 9 } }), planned('a'), finished('a')];
    const properties = attributesOf(renderJunit(run), 'property');
    expect(properties).toContainEqual({ name: 'shard', value: '2/5' });
  });

  test('carries seed, tags, matrix and what each attempt left behind as properties', () => {
    const properties = attributesOf(renderJunit(eventfulRun), 'property').map(
      ({ name, value }) => `${name}=${value}`,
    );
    expect(properties).toEqual(
      expect.arrayContaining([
        'seed=42',
        'tag=network',
        'tag=slow',
        'matrix.db=postgres',
        'matrix.size=2',
        'attempt.1=failed, left behind: 0',
        'attempt.2=flaky, left behind: 0',
        'attempt.1=leaked, left behind: 2',
      ]),
    );
  });

  test('tells failures, errors and flaky attempts apart, and keeps the last log lines', () => {
    const xml = renderJunit(eventfulRun);
    expect(xml).toContain(
      '<failure type="EXPECTATION_FAILED" message="stdout does not equal what was expected">',
    );
    expect(xml).toContain('<error type="PROGRAM_NOT_FOUND"');
    expect(xml).toContain(
      '<failure type="LEAKED" message="left behind: 2">cgroup /sys/fs/cgroup/mayfly-k3x9a1',
    );
    expect(xml).toContain('<flakyFailure type="EXPECTATION_FAILED" message="attempt 1: stdout');
    expect(xml).toContain('--- db: last 2 of 30 lines');
    expect(xml).toContain('--- db (ps)\n1 postgres postgres -D /data');
    expect(xml).toContain('<system-out>hello</system-out>');
  });

  test('time is in seconds, the timestamp is that of the attempt', () => {
    const [suite] = attributesOf(
      renderJunit([
        runStarted(),
        planned('a'),
        started('a', { atMs: 61_000 }),
        finished('a', { durationMs: 1234.5 }),
      ]),
      'testsuite',
    );
    expect(suite).toMatchObject({ time: '1.234', timestamp: '2025-11-24T13:01:01' });
  });

  test('hostile text stays text', () => {
    const hostile = ']]></failure><x a="1">&amp;\x1b[31m\0\ud800\ufffe';
    const xml = renderJunit([
      started('a'),
      stepFinished('a', { name: hostile, outcome: 'failed', problems: [problem({ message: hostile })] }),
      finished('a', { outcome: 'failed' }),
    ]);
    expect(xml).not.toContain('<x');
    expect(xml).toContain(']]&gt;&lt;/failure&gt;&lt;x a=&quot;1&quot;&gt;&amp;amp;\\x1b[31m\\x00\\u{d800}');
    expectToNest(xml);
  });

  test('a class name is a path of packages with the scenario at its end', () => {
    const names = ['scenarios/shop.yaml', './a/b.c.yml#2[v=1.5]', '/x.yaml'].map((id) =>
      attributesOf(renderJunit([planned(id), started(id), finished(id)]), 'testcase').map(
        (one) => one.classname,
      ),
    );
    expect(names).toEqual([['scenarios.shop'], ['a.b_c#2[v=1_5]'], ['x']]);
  });
});

/** Every element that opens closes, in order. */
function expectToNest(xml: string): void {
  const open: string[] = [];
  for (const [, close, name, self] of xml.matchAll(/<(\/?)([a-zA-Z-]+)(?: [\w-]+="[^"<]*")*(\/?)>/g)) {
    if (self === '/') continue;
    if (close === '') open.push(name ?? '');
    else expect(open.pop()).toBe(name);
  }
  expect(open).toEqual([]);
  expect(xml.replace(/<\?xml.*?\?>|<\/?[a-zA-Z-]+(?: [\w-]+="[^"<]*")*\/?>/g, '')).not.toMatch(/[<>]/);
}
