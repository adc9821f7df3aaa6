import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jsonReport } from '../../src/report/json-report.ts';
import { summarize } from '../../src/report/summarize.ts';
import type { Summary } from '../../src/report/summary.ts';
import { renderJsonReportSchema } from '../../src/report/summary-shape.ts';
import { anyStream } from './arbitrary-events.ts';
import { eventfulRun, passingRun, unfinishedRun } from './sample-runs.ts';
import { renderSchemaText } from './schema-text.ts';

const schemaFile = new URL('../../schema/report-json.schema.json', import.meta.url);
const validate = new Ajv({ allErrors: true }).compile(JSON.parse(readFileSync(schemaFile, 'utf8')));

function renderJson(summary: Summary): unknown {
  if (jsonReport.kind !== 'document') throw new Error('JSON is a document');
  return JSON.parse(jsonReport.render(summary, { color: true, columns: 80 }));
}

describe('the JSON report', () => {
  test('its shipped schema is that of its type (vitest -u writes it)', async () => {
    await expect(renderSchemaText(renderJsonReportSchema())).toMatchFileSnapshot(schemaFile.pathname);
  });

  test.each([
    { name: 'a passing run', events: passingRun },
    { name: 'an eventful run', events: eventfulRun },
    { name: 'an unfinished run', events: unfinishedRun },
    { name: 'no events at all', events: [] },
  ])('$name is valid, and holds the whole summary', ({ events }) => {
    const document = renderJson(summarize(events));
    expect(validate(document), JSON.stringify(validate.errors)).toBe(true);
    expect(document).toEqual({ format: 'mayfly-report', version: 1, ...summarize(events) });
  });

  test('any stream makes a valid document', () => {
    fc.assert(
      fc.property(anyStream, (events) => {
        expect(validate(renderJson(summarize(events))), JSON.stringify(validate.errors)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  test('a document with a key that the schema does not know is invalid', () => {
    expect(validate({ format: 'mayfly-report', version: 1, ...summarize(passingRun), extra: 1 })).toBe(false);
  });
});
