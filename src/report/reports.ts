import type { Report } from './report.ts';

/**
 * The table of reports, the one place a new one is registered: its file and one line here. Each is loaded when it
 * is asked for, because cli-table3 alone takes 12 ms, a tenth of what a small run takes as a whole.
 */
const reports = {
  table: async () => (await import('./table-report.ts')).tableReport,
  json: async () => (await import('./json-report.ts')).jsonReport,
  ndjson: async () => (await import('./ndjson-report.ts')).ndjsonReport,
  junit: async () => (await import('./junit-report.ts')).junitReport,
} as const satisfies Readonly<Record<string, () => Promise<Report>>>;

export type ReportName = keyof typeof reports;

export const reportNames: readonly string[] = Object.keys(reports);

export function isReportName(name: string): name is ReportName {
  return Object.hasOwn(reports, name);
}

export function loadReport(name: ReportName): Promise<Report> {
  return reports[name]();
}
