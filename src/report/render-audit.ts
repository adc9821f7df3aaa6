import { type AuditedCheck, type AuditReport, countsAsFailure } from '../core/audit-report.ts';
import type { CheckResult } from '../core/check-result.ts';
import { wrap } from './display-width.ts';
import { createPalette, type Paint, type Palette } from './palette.ts';
import { countOf, renderPrintableText } from './printable.ts';
import type { RenderOptions } from './report.ts';

type Group = CheckResult | 'excepted';

/** What deserves to be read first stands first; within each, the order of the table of checks. */
const groups: readonly Group[] = ['fail', 'inconclusive', 'unsupported', 'excepted', 'pass', 'n/a'];

/** Each has its own shape beside its colour: not everyone sees colours, and logs have none. */
const looks: Readonly<
  Record<Group, { readonly mark: string; readonly verb: string; readonly title: string }>
> = {
  fail: { mark: '✗', verb: 'failed', title: 'failed' },
  inconclusive: { mark: '?', verb: 'inconclusive', title: 'inconclusive: not shown either way' },
  unsupported: { mark: '!', verb: 'unsupported', title: 'unsupported: cannot be shown here' },
  excepted: { mark: '~', verb: 'excepted', title: 'excepted, for a reason' },
  pass: { mark: '✓', verb: 'passed', title: 'passed' },
  'n/a': { mark: '○', verb: 'not applicable', title: 'not applicable' },
};

/** What `mayfly verify` shows: a line for each check, what was seen where the claim does not hold, and a sum. */
export function renderAudit(report: AuditReport, options: RenderOptions): string {
  const palette = createPalette(options.color);
  const columns = Math.min(120, Math.max(60, options.columns));
  const idColumns = Math.max(...report.checks.map(({ id }) => id.length), 5);
  const sections = groups.flatMap((group) => {
    const checks = report.checks.filter((check) => groupOf(check) === group);
    if (checks.length === 0) return [];
    const title = `${looks[group].title} (${checks.length})`;
    return [
      '',
      paintOf(group, palette)(palette.bold(title)),
      ...checks.flatMap((check) => rowOf(check, group, idColumns, columns, palette)),
    ];
  });
  return `${[...headOf(report, columns, palette), ...sections, '', ...sumOf(report, columns, palette)].join('\n')}\n`;
}

const groupOf = ({ result, excepted }: AuditedCheck): Group => (excepted === undefined ? result : 'excepted');

function headOf(
  { target, profile, notProbed }: AuditReport,
  columns: number,
  palette: Palette,
): readonly string[] {
  const { pid, command, container } = target;
  const name = container?.name === undefined ? '' : ` ${container.name}`;
  const whose =
    container === undefined
      ? ''
      : `, container${name} (${container.id.slice(0, 12)}) of ${container.runtime}`;
  const from =
    notProbed === undefined
      ? 'from outside and, by a helper in its namespaces, from inside'
      : `from outside only: ${renderPrintableText(notProbed)}`;
  return [
    `${palette.bold(`process ${pid}`)} ${renderPrintableText(`${command}${whose}`)}`,
    ...wrap(`held to ${profile}, seen ${from}`, columns).map(palette.dim),
  ];
}

/** Further lines of evidence are for `--report json`. */
const mostLines = 4;

function rowOf(
  check: AuditedCheck,
  group: Group,
  idColumns: number,
  columns: number,
  palette: Palette,
): readonly string[] {
  const { id, excepted, claim, evidence } = check;
  const indent = idColumns + 4;
  const width = columns - indent;
  const lines = evidence.slice(0, mostLines);
  const more = evidence.length - lines.length;
  const told = [
    ...(excepted === undefined ? [] : [`because: ${excepted}`]),
    ...lines,
    ...(more > 0 ? [`and ${more} more, which --report json tells`] : []),
  ].flatMap((line) =>
    wrap(renderPrintableText(line), width - 2).map((part, at) => `${at === 0 ? '·' : ' '} ${part}`),
  );
  const text = group === 'n/a' ? wrap(renderPrintableText(evidence.join('; ')), width) : wrap(claim, width);
  const [first = '', ...rest] =
    group === 'pass' || group === 'n/a' ? text : [...text, ...told.map(palette.dim)];
  const name = countsAsFailure(check) ? palette.bold(id.padEnd(idColumns)) : id.padEnd(idColumns);
  return [
    `${paintOf(group, palette)(looks[group].mark)} ${name}  ${group === 'n/a' ? palette.dim(first) : first}`,
    ...rest.map((line) => `${' '.repeat(indent)}${group === 'n/a' ? palette.dim(line) : line}`),
  ];
}

function paintOf(group: Group, palette: Palette): Paint {
  switch (group) {
    case 'pass':
      return palette.green;
    case 'fail':
      return palette.red;
    case 'inconclusive':
    case 'unsupported':
    case 'excepted':
      return palette.yellow;
    case 'n/a':
      return palette.dim;
  }
}

function sumOf({ checks }: AuditReport, columns: number, palette: Palette): readonly string[] {
  const parts = groups.flatMap((group) => {
    const count = checks.filter((check) => groupOf(check) === group).length;
    return count === 0 ? [] : [`${count} ${looks[group].verb}`];
  });
  const lines = wrap(`${countOf(checks.length, 'check')}: ${parts.join(', ')}`, columns);
  const isFailure = checks.some(countsAsFailure);
  return lines.map((line) => (isFailure ? palette.red(palette.bold(line)) : palette.green(line)));
}
