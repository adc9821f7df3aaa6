import { renderDuration } from '../core/units.ts';
import { type Cell, type Column, renderBorderlessTable } from './borderless-table.ts';
import { renderDiagnostic } from './diagnostic.ts';
import { createPalette, outcomeMark, outcomePaint, type Palette } from './palette.ts';
import { countOf, renderPrintableLine } from './printable.ts';
import { renderFailure } from './render-failure.ts';
import { renderMatrix } from './render-matrix.ts';
import { renderTotals } from './render-totals.ts';
import type { RenderOptions, Report } from './report.ts';
import { reportLimits } from './report-limits.ts';
import { renderScenarioName } from './scenario-name.ts';
import { StepTree } from './step-tree.ts';
import type { ScenarioSummary, Summary } from './summary.ts';
import { imagesOf, lastAttempt, leftBehindByAll } from './summary.ts';

/** For people: a line for each scenario, then whatever went wrong in full, then one line of totals. */
export const tableReport: Report = {
  kind: 'document',
  name: 'table',
  extension: 'txt',
  render: renderTableReport,
};

/** Lines longer than this are hard to read, however wide the terminal is. */
const mostColumns = 140;
const fewestColumns = 54;
/** In a narrow terminal the number of services gives way to the name. */
const columnsForServices = 72;

function renderTableReport(summary: Summary, options: RenderOptions): string {
  const palette = createPalette(options.color);
  const columns = Math.min(mostColumns, Math.max(fewestColumns, options.columns));
  const sections = [
    ...(summary.scenarios.length === 0 ? [] : [renderScenarios(summary.scenarios, palette, columns)]),
    ...renderMatrices(summary.scenarios, palette, columns),
    ...summary.scenarios
      .filter(needsExplanation)
      .map((scenario) => renderFailure(scenario, palette, columns).join('\n')),
    ...renderWarnings(summary, palette),
    ...renderDigests(summary.scenarios, palette),
    renderTotals(summary, palette, columns),
  ];
  return `${sections.join('\n\n')}\n`;
}

/** Who looks at one scenario alone wants to see what was measured, also where all of it is as declared. */
function renderMatrices(
  scenarios: readonly ScenarioSummary[],
  palette: Palette,
  columns: number,
): readonly string[] {
  const [only, ...others] = scenarios;
  if (only === undefined || others.length > 0 || needsExplanation(only)) return [];
  return (lastAttempt(only)?.steps ?? []).flatMap((step) => {
    if (step.stepKind !== 'connectivity') return [];
    const matrix = renderMatrix(step.facts, palette, columns - 2).map((line) => `  ${line}`.trimEnd());
    return matrix.length === 0
      ? []
      : [[palette.bold(renderPrintableLine(step.name)), ...matrix].join('\n').trimEnd()];
  });
}

/** Images of registries may be others tomorrow under the same name: these ran. */
function renderDigests(scenarios: readonly ScenarioSummary[], palette: Palette): readonly string[] {
  const lines = scenarios
    .flatMap(imagesOf)
    .flatMap(({ name, digest }) =>
      digest === undefined ? [] : [renderPrintableLine(`image ${name} was ${digest}`)],
    );
  const once = [...new Set(lines)].sort();
  return once.length === 0 ? [] : [once.map(palette.dim).join('\n')];
}

function needsExplanation(scenario: ScenarioSummary): boolean {
  const left = leftBehindByAll(scenario);
  const isCalm = scenario.outcome === 'passed' || scenario.outcome === 'skipped';
  return !isCalm || (typeof left === 'number' && left > 0);
}

const tableColumns: readonly Column[] = [
  { title: 'outcome' },
  { title: 'scenario', shrinksTo: 12 },
  { title: 'steps', align: 'right' },
  { title: 'services', align: 'right' },
  { title: 'time', align: 'right' },
  { title: 'left behind', shrinksTo: 11 },
];

function renderScenarios(scenarios: readonly ScenarioSummary[], palette: Palette, columns: number): string {
  const isShown = (_: unknown, index: number): boolean =>
    columns >= columnsForServices || tableColumns[index]?.title !== 'services';
  const rows = scenarios.map((scenario) => renderRow(scenario, palette).filter(isShown));
  return renderBorderlessTable(tableColumns.filter(isShown), rows, { columns, paintHead: palette.dim });
}

function renderRow(scenario: ScenarioSummary, palette: Palette): readonly Cell[] {
  const { outcome } = scenario;
  const isQuiet = outcome === 'passed' || outcome === 'skipped';
  const ran = scenario.attempts.length > 0;
  return [
    { text: `${outcomeMark(outcome)} ${outcome}`, paint: outcomePaint(outcome, palette) },
    { text: renderTitle(scenario), ...(isQuiet ? {} : { paint: palette.bold }) },
    { text: ran ? renderStepCount(scenario) : '–', paint: palette.dim },
    { text: ran ? String(scenario.plannedServices) : '–', paint: palette.dim },
    { text: ran ? renderDuration(scenario.durationMs) : '–', paint: palette.dim },
    renderLeftBehind(scenario, palette),
  ];
}

/** Why a scenario was skipped stands below its name: nothing else is said about it. */
function renderTitle(scenario: ScenarioSummary): string {
  const name = renderScenarioName(scenario);
  const isSkipped = scenario.outcome === 'skipped' && scenario.reason !== undefined;
  return isSkipped ? `${name}\n${renderPrintableLine(scenario.reason)}` : name;
}

/** `3`, or `1/3` where not all that was planned passed. */
function renderStepCount(scenario: ScenarioSummary): string {
  const steps = new StepTree(lastAttempt(scenario)?.steps ?? []).planned;
  const passed = steps.filter((step) => step.outcome === 'passed').length;
  const planned = Math.max(scenario.plannedSteps, steps.length);
  return passed === planned ? String(planned) : `${passed}/${planned}`;
}

/** What the census found: its number and the kinds; the failure below names each. */
function renderLeftBehind(scenario: ScenarioSummary, palette: Palette): Cell {
  const left = leftBehindByAll(scenario);
  if (left === 'nothing ran') return { text: '–', paint: palette.dim };
  if (left === 'not checked') return { text: left, paint: palette.yellow };
  if (left === 0) return { text: 'nothing', paint: palette.green };
  const leaks = scenario.attempts.flatMap((attempt) => attempt.leaks);
  const kinds = [...new Set(leaks.map((leak) => leak.kind))].join(', ');
  return { text: kinds === '' ? String(left) : `${left}: ${kinds}`, paint: palette.red };
}

function renderWarnings(summary: Summary, palette: Palette): readonly string[] {
  const most = reportLimits.warnings;
  const shown = summary.warnings
    .slice(0, most)
    .map(({ code, message, at }) =>
      renderDiagnostic({ severity: 'warning', code, message, at }, palette).join('\n'),
    );
  const more = summary.warnings.length - shown.length;
  if (more > 0) shown.push(palette.dim(`… ${countOf(more, 'more warning')}`));
  return shown.length === 0 ? [] : [shown.join('\n')];
}
