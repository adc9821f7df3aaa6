import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MayflyEvent } from '../../src/core/event.ts';
import { MayflyError } from '../../src/core/mayfly-error.ts';
import { renderEventSchema } from '../../src/report/event-shape.ts';
import { ndjsonReport } from '../../src/report/ndjson-report.ts';
import { parseEventLine } from '../../src/report/parse-event-line.ts';
import { reportLimits } from '../../src/report/report-limits.ts';
import { anyStream } from './arbitrary-events.ts';
import { finished, runStarted, stepFinished } from './sample-events.ts';
import { eventfulRun, passingRun, unfinishedRun } from './sample-runs.ts';
import { renderSchemaText } from './schema-text.ts';

const schemaFile = new URL('../../schema/report-event.schema.json', import.meta.url);
const validate = new Ajv({ allErrors: true }).compile(JSON.parse(readFileSync(schemaFile, 'utf8')));

function renderLines(events: readonly MayflyEvent[]): readonly string[] {
  if (ndjsonReport.kind !== 'stream') throw new Error('NDJSON is a stream');
  return events.map(ndjsonReport.renderEvent);
}

describe('the event stream', () => {
  test('its shipped schema is the one its reader checks with (vitest -u writes it)', async () => {
    await expect(renderSchemaText(renderEventSchema())).toMatchFileSnapshot(schemaFile.pathname);
  });

  test.each([
    { name: 'a passing run', events: passingRun },
    { name: 'an eventful run', events: eventfulRun },
    { name: 'an unfinished run', events: unfinishedRun },
  ])('$name is valid and comes back as it was', ({ events }) => {
    expect(JSON.parse(renderLines(events)[0] ?? '')).toMatchObject({ kind: 'runStarted', version: 1 });
    for (const [index, line] of renderLines(events).entries()) {
      expect(validate(JSON.parse(line)), JSON.stringify(validate.errors)).toBe(true);
      expect(parseEventLine(line, 'run.ndjson:1')).toEqual(events[index]);
    }
  });

  test('the eventful run has every kind of event', () => {
    const kinds = renderEventSchema().oneOf;
    expect(new Set(eventfulRun.map((event) => event.kind)).size).toBe(
      Array.isArray(kinds) ? kinds.length : 0,
    );
  });

  test('any stream is one line for each event, valid, and comes back as it was', () => {
    fc.assert(
      fc.property(anyStream, (events) => {
        for (const [index, line] of renderLines(events).entries()) {
          expect(line.indexOf('\n')).toBe(line.length - 1);
          expect(validate(JSON.parse(line)), JSON.stringify(validate.errors)).toBe(true);
          expect(parseEventLine(line, 'run.ndjson:1')).toEqual(events[index]);
        }
      }),
      { numRuns: 50 },
    );
  });

  test('whatever the schema refuses, the reader refuses, and the other way round', () => {
    const line = fc.constantFrom(...eventfulRun).chain((event) =>
      fc.record({
        event: fc.constant(event),
        key: fc.constantFrom(...Object.keys(event), 'extra'),
        value: fc.oneof(
          fc.constant(undefined),
          fc.json().map((text): unknown => JSON.parse(text)),
        ),
      }),
    );
    fc.assert(
      fc.property(line, ({ event, key, value }) => {
        const text = JSON.stringify({ ...event, [key]: value });
        const isValid = validate(JSON.parse(text));
        expect(isValid ? parseEventLine(text, 'x:1') : refusal(text)).toEqual(
          isValid ? JSON.parse(text) : expect.stringContaining('x:1: '),
        );
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    { name: 'a line cut off', line: '{"kind":"runFin', says: 'not JSON' },
    {
      name: 'another version',
      line: JSON.stringify({ ...runStarted(), version: 2 }),
      says: 'version 2, this Mayfly reads 1',
    },
    { name: 'an unknown kind', line: '{"kind":"teapot","atMs":1}', says: 'kind: unknown kind "teapot"' },
    {
      name: 'an unknown key',
      line: JSON.stringify({ ...finished('a'), colour: 1 }),
      says: 'colour: unknown key',
    },
    {
      name: 'a missing key',
      line: JSON.stringify({ ...finished('a'), final: undefined }),
      says: 'final: missing',
    },
    {
      name: 'a wrong value deep inside',
      line: JSON.stringify({
        ...stepFinished('a'),
        problems: [{ code: 'X', message: 'm', at: { file: 'f', line: 'one', column: 1 } }],
      }),
      says: 'problems[0].at.line: expected a whole number, 0 or more',
    },
    { name: 'no object', line: '[]', says: 'expected an object' },
    {
      name: 'a line beyond the limit',
      line: ' '.repeat(reportLimits.eventLineCharacters + 1),
      says: `${reportLimits.eventLineCharacters} characters (eventLineCharacters)`,
    },
  ])('refuses $name', ({ line, says }) => {
    expect(refusal(line)).toContain(says);
  });
});

function refusal(line: string): string {
  try {
    parseEventLine(line, 'x:1');
  } catch (error) {
    if (error instanceof MayflyError && error.code === 'EVENT_STREAM_INVALID') return error.message;
    throw error;
  }
  throw new Error(`not refused: ${line}`);
}
