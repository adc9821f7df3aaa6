import type { Report } from './report.ts';
import type { Summary } from './summary.ts';
import { type JsonReport, jsonReportVersion } from './summary-shape.ts';

/** For programs: the summary as one document; schema/report-json.schema.json describes it. */
export const jsonReport: Report = {
  kind: 'document',
  name: 'json',
  extension: 'json',
  render: (summary) => `${JSON.stringify(toJsonReport(summary), null, 2)}\n`,
};

function toJsonReport(summary: Summary): JsonReport {
  return { format: 'mayfly-report', version: jsonReportVersion, ...summary };
}
