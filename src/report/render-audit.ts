import { type AuditedCheck, type AuditReport, countsAsFailure } from '../core/audit-report.ts';
import type { CheckResult } from '../core/check-result.ts';
import { renderBorderlessTable } from './borderless-table.ts';
import { createPalette, type Paint, type Palette } from './palette.ts';
import { countOf, renderPrintableText } from './printable.ts';
import type { RenderOptions } from './report.ts';

/** What deserves to be read first stands first; within each, the order of the table of checks. */
const order: readonly CheckResult[] = ['fail', 'inconclusive', 'unsupported', 'pass', 'n/a'];

/** What `mayfly verify` shows: a line for each check, what was seen where the claim does not hold, and a sum. */
export function renderAudit(report: AuditReport, options: RenderOptions): string {
  const palette = createPalette(options.color);
  const columns = Math.min(140, Math.max(60, options.columns));
  const sorted = order.flatMap((result) => report.checks.filter((check) => check.result === result));
  const table = renderBorderlessTable(
    [
      { title: '' },
      { title: 'result' },
      { title: 'check' },
      { title: 'claim, or what was seen', shrinksTo: 20 },
    ],
    sorted.map((check) => rowOf(check, palette)),
    { columns, paintHead: palette.dim },
  );
  return `${[...headOf(report, palette), '', table, '', sumOf(report, palette)].join('\n')}\n`;
}

function headOf({ target, profile, notProbed }: AuditReport, palette: Palette): readonly string[] {
  const { pid, command, container } = target;
  const name = container?.name === undefined ? '' : ` ${container.name}`;
  const of =
    container === undefined
      ? ''
      : `, container${name} (${container.id.slice(0, 12)}) of ${container.runtime}`;
  return [
    renderPrintableText(`${palette.bold(`process ${pid}`)} ${command}${of}`),
    palette.dim(
      notProbed === undefined
        ? `held to ${profile}; seen from outside, and from inside by a helper in its namespaces`
        : `held to ${profile}; seen from outside only: ${renderPrintableText(notProbed)}`,
    ),
  ];
}

const mostLines = 4;

function rowOf(check: AuditedCheck, palette: Palette) {
  const { id, claim, result, evidence, excepted } = check;
  const isQuiet = result === 'pass';
  const lines = evidence.slice(0, mostLines);
  const more = evidence.length - lines.length;
  const told = isQuiet
    ? claim
    : [
        ...(result === 'n/a' ? [] : [claim]),
        ...lines.map((line) => (result === 'n/a' ? line : `· ${line}`)),
        ...(more > 0 ? [`· and ${more} more (--report json has all)`] : []),
        ...(excepted === undefined ? [] : [`excepted: ${excepted}`]),
      ].join('\n');
  const paint = paintOf(check, palette);
  return [
    { text: markOf(check), paint },
    { text: excepted === undefined ? result : 'excepted', paint },
    { text: id, ...(countsAsFailure(check) ? { paint: palette.bold } : {}) },
    { text: renderPrintableText(told), ...(result === 'n/a' ? { paint: palette.dim } : {}) },
  ];
}

const marks: Readonly<Record<CheckResult, string>> = {
  pass: '✓',
  fail: '✗',
  inconclusive: '?',
  unsupported: '!',
  'n/a': '○',
};

const markOf = ({ result, excepted }: AuditedCheck): string => (excepted === undefined ? marks[result] : '~');

function paintOf(check: AuditedCheck, palette: Palette): Paint {
  if (check.excepted !== undefined) return palette.yellow;
  switch (check.result) {
    case 'pass':
      return palette.green;
    case 'fail':
      return palette.red;
    case 'inconclusive':
    case 'unsupported':
      return palette.yellow;
    case 'n/a':
      return palette.dim;
  }
}

const verbs: Readonly<Record<CheckResult, string>> = {
  fail: 'failed',
  inconclusive: 'inconclusive',
  unsupported: 'unsupported',
  pass: 'passed',
  'n/a': 'not applicable',
};

function sumOf({ checks }: AuditReport, palette: Palette): string {
  const parts = order.flatMap((result) => {
    const count = checks.filter((each) => each.result === result && each.excepted === undefined).length;
    return count === 0 ? [] : [`${count} ${verbs[result]}`];
  });
  const excepted = checks.filter((each) => each.excepted !== undefined).length;
  const line = `${countOf(checks.length, 'check')}: ${[...parts, ...(excepted > 0 ? [`${excepted} excepted`] : [])].join(', ')}`;
  return checks.some(countsAsFailure) ? palette.red(palette.bold(line)) : palette.green(line);
}
