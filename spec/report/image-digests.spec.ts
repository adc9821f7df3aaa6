import { expect, test } from 'vitest';
import { isReportName, loadReport, reportNames } from '../../src/report/reports.ts';
import { summarize } from '../../src/report/summarize.ts';
import { passingRun } from './sample-runs.ts';

const digest = `sha256:${'d'.repeat(64)}`;

test.each(reportNames)('the report %s names the digest of an image that ran', async (name) => {
  if (!isReportName(name)) throw new Error(name);
  const report = await loadReport(name);
  const events = passingRun.map((event) => (event.kind === 'imagePrepared' ? { ...event, digest } : event));
  const text =
    report.kind === 'document'
      ? report.render(summarize(events), { color: false, columns: 80 })
      : events.map(report.renderEvent).join('');
  expect(text).toContain(digest);
});
