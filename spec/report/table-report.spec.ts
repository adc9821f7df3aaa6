import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MayflyEvent } from '../../src/core/event.ts';
import { displayWidth } from '../../src/report/display-width.ts';
import { reportLimits } from '../../src/report/report-limits.ts';
import { summarize } from '../../src/report/summarize.ts';
import { tableReport } from '../../src/report/table-report.ts';
import { anyStream, orderlyStream } from './arbitrary-events.ts';
import {
  censusTaken,
  containerStarted,
  finished,
  leakFound,
  planned,
  problem,
  runFinished,
  runStarted,
  started,
  stepFinished,
} from './sample-events.ts';
import { asJson, sampleMatrix } from './sample-matrix.ts';
import { eventfulRun, passingRun, unfinishedRun } from './sample-runs.ts';

function renderTable(events: readonly MayflyEvent[], columns = 100, color = false): string {
  if (tableReport.kind !== 'document') throw new Error('the table is a document');
  return tableReport.render(summarize(events), { color, columns });
}

const failing = (...problems: readonly ReturnType<typeof problem>[]): readonly MayflyEvent[] => [
  runStarted(),
  planned('a'),
  started('a'),
  stepFinished('a', { outcome: 'failed', problems }),
  censusTaken('a'),
  finished('a', { outcome: 'failed' }),
  runFinished({ exitStatus: 1 }),
];

describe('the table', () => {
  test.each([
    { name: 'passing', events: passingRun, columns: 80 },
    { name: 'eventful', events: eventfulRun, columns: 80 },
    { name: 'eventful', events: eventfulRun, columns: 200 },
    { name: 'unfinished', events: unfinishedRun, columns: 80 },
  ])('looks as recorded: $name at $columns columns', async ({ name, events, columns }) => {
    await expect(renderTable(events, columns)).toMatchFileSnapshot(`table-${name}-${columns}.golden.txt`);
  });

  test('one scenario alone shows its matrices, also where they are as declared; of many they would drown the table', () => {
    const asDeclared = {
      ...sampleMatrix,
      rows: sampleMatrix.rows.map((row) => ({ ...row, verdicts: row.verdicts.replace(/[!?]/g, '.') })),
      surprises: [],
    };
    const done = (id: string): readonly MayflyEvent[] => [
      started(id),
      stepFinished(id, { name: 'who may', stepKind: 'connectivity', facts: asJson(asDeclared) }),
      censusTaken(id),
      finished(id),
    ];
    const alone = renderTable([runStarted(), planned('a'), ...done('a'), runFinished()]);
    expect(alone).toMatch(/\n\nwho may\n {12}web {11}api {4}database\n {2}from/);
    expect(alone).toContain('both as declared');
    const many = [runStarted(), planned('a'), planned('b'), ...done('a'), ...done('b'), runFinished()];
    expect(renderTable(many)).not.toContain('who may');
  });

  test('colours are colours only: without them the text is the same', () => {
    const colored = renderTable(eventfulRun, 100, true);
    expect(colored).toContain('\x1b[31m');
    expect(stripVTControlCharacters(colored)).toBe(renderTable(eventfulRun, 100, false));
  });

  test('nothing left behind is green, leaks are red, not having looked is yellow', () => {
    const left = (events: readonly MayflyEvent[]): string =>
      renderTable([planned('a'), started('a'), ...events, finished('a')], 100, true);
    expect(left([censusTaken('a')])).toContain('\x1b[32mnothing\x1b[39m');
    expect(left([leakFound('a'), censusTaken('a', { left: 1 })])).toContain('\x1b[31m1: cgroup\x1b[39m');
    expect(left([])).toContain('\x1b[33mnot checked\x1b[39m');
  });

  test('the rows of the table fit the terminal', () => {
    for (const columns of [54, 60, 72, 80, 120]) {
      const [table = ''] = renderTable(eventfulRun, columns).split('\n\n');
      for (const line of table.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(columns);
    }
  });

  test('no text from a container reaches the terminal as anything but text', () => {
    fc.assert(
      fc.property(fc.oneof(anyStream, orderlyStream), fc.integer({ min: 1, max: 250 }), (events, columns) => {
        const plain = renderTable(events, columns);
        expect(plain.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cs}\u2028-\u202e\u2066-\u2069]/u);
        const sgr = /\x1b\[\d+m/g; // ECMA-48: SGR is all that the palette writes
        expect(renderTable(events, columns, true).replace(sgr, '')).toBe(plain);
      }),
      { numRuns: 100 },
    );
  });

  test('every scenario and its outcome are in the table, whatever the stream', () => {
    fc.assert(
      fc.property(orderlyStream, (events) => {
        const [table = ''] = renderTable(events).split('\n\n');
        for (const { name, outcome } of summarize(events).scenarios) {
          expect(table).toMatch(new RegExp(`${outcome} +${name}`));
        }
      }),
      { numRuns: 50 },
    );
  });

  test('a pair of short values is shown as such, long ones as a diff', () => {
    expect(renderTable(failing(problem({ diff: ['-1', '+0'] })))).not.toContain('- expected');
    const long = renderTable(
      failing(problem({ expected: 'a\nb', actual: 'a\nc', diff: [' a', '-b', '+c'] })),
    );
    expect(long).toContain('     | -b\n     | +c\n');
    expect(long).not.toMatch(/\| actual +a/);
  });

  test('in a diff a tab is shown, because it may be the difference', () => {
    const text = renderTable(
      failing(problem({ expected: 'a\tb\nc', actual: 'a b\nc', diff: ['-a\tb', '+a b', ' c'] })),
    );
    expect(text).toContain('-a\\tb');
  });

  test('a caret stands below its character, also after wide ones', () => {
    const at = { file: 'a.yaml', line: 1, column: 4 };
    expect(renderTable(failing(problem({ at, sourceLine: '日本: x' })))).toContain(
      '1 | 日本: x\n    |      ^',
    );
  });

  test.each([
    {
      name: 'problems',
      events: failing(...Array.from({ length: 25 }, (_, n) => problem({ message: `no ${n}` }))),
      says: '… 5 more problems',
    },
    {
      name: 'lines of a value',
      events: failing(problem({ actual: 'x\n'.repeat(30) })),
      says: '… 11 more lines',
    },
    {
      name: 'lines of a diff',
      events: failing(problem({ expected: 'a\n', diff: Array.from({ length: 70 }, () => '-x') })),
      says: '… 10 more lines',
    },
    {
      name: 'characters of a line',
      events: failing(problem({ actual: 'x'.repeat(600) })),
      says: '… (100 more characters)',
    },
    {
      name: 'leaks',
      events: [
        started('a'),
        ...Array.from({ length: 22 }, () => leakFound('a')),
        finished('a', { outcome: 'leaked' }),
      ],
      says: '… 2 more lines',
    },
  ])('what is cut says so: $name', ({ events, says }) => expect(renderTable(events)).toContain(says));

  test('the limits it cuts by are the stated ones', () => {
    expect(reportLimits).toMatchObject({
      problemsPerStep: 20,
      valueLines: 20,
      diffLines: 60,
      lineCharacters: 500,
    });
  });

  test('a failed step without a problem still says that something is wrong', () => {
    expect(renderTable(failing())).toContain('failed, without saying why');
  });

  test('all that `on_failure: [logs]` recorded is shown, and what is not shown is counted', () => {
    const lines = Array.from({ length: 210 }, (_, index) => `line ${index}`);
    const text = renderTable(failing(problem({ logs: { db: lines, web: [] } })));
    expect(text).toContain('db last 200 of 210 lines');
    expect(text).not.toContain('│ line 9\n');
    expect(text).toContain('│ line 10\n');
    expect(text).toContain('no output from web');
  });

  test('a container whose log nobody read is not said to be silent', () => {
    const [begin, ...rest] = failing(problem());
    if (begin === undefined) throw new Error('empty');
    expect(renderTable([begin, containerStarted('a', 'one-shot'), ...rest])).not.toContain('no output');
  });

  test('of a stack trace, one line where there is room for one, all of it where there is room', () => {
    const internal = problem({ code: 'INTERNAL', message: 'Error: oops\n    at main (x.js:1)' });
    const text = renderTable([
      started('a'),
      stepFinished('a', { outcome: 'errored', problems: [internal] }),
      finished('a', { outcome: 'errored', final: false }),
      started('a', { attempt: 2 }),
      stepFinished('a', { attempt: 2, outcome: 'errored', problems: [internal] }),
      finished('a', { attempt: 2, outcome: 'errored' }),
    ]);
    expect(text).toContain('attempt 1 errored · it says hello: Error: oops\n');
    expect(text).toContain('Error: oops\n      at main (x.js:1)\n');
  });

  test('an interrupted run says by what', () => {
    const interrupted = [runStarted(), runFinished({ exitStatus: 130, interruptedBy: 'SIGINT' })];
    expect(renderTable(interrupted)).toContain('interrupted by SIGINT');
    expect(renderTable([runStarted()])).toContain('the run did not finish');
  });
});
