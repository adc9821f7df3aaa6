import { errorCatalogue } from '../core/error-catalogue.ts';
import type { Problem } from '../core/event.ts';
import { renderLocation } from '../core/source-location.ts';
import { renderDuration } from '../core/units.ts';
import { outcomeMark, outcomePaint, type Palette } from './palette.ts';
import { countOf, cutLines, renderFirstLine, renderPrintableLine } from './printable.ts';
import { collectLogTails, renderLogTails } from './render-logs.ts';
import { renderMatrix } from './render-matrix.ts';
import { renderProblem } from './render-problem.ts';
import { renderSteps } from './render-steps.ts';
import { reportLimits } from './report-limits.ts';
import { renderScenarioName } from './scenario-name.ts';
import { StepTree } from './step-tree.ts';
import type { AttemptSummary, ScenarioSummary, StepSummary } from './summary.ts';
import { lastAttempt, leftBehindByAll } from './summary.ts';

/** Everything about a scenario that did not simply pass: its steps, each problem in full, logs, what is left. */
export function renderFailure(
  scenario: ScenarioSummary,
  palette: Palette,
  columns: number,
): readonly string[] {
  const sections = [
    ...(scenario.outcome === 'flaky'
      ? flakyBody(scenario, palette, columns - 2)
      : failedBody(scenario, palette, columns - 2)),
    renderLeaks(scenario, palette),
  ];
  const body = sections.filter((section) => section.length > 0).flatMap((section) => ['', ...section]);
  return [...heading(scenario, palette), ...body.map((line) => (line === '' ? '' : `  ${line}`))];
}

function heading(scenario: ScenarioSummary, palette: Palette): readonly string[] {
  const paint = outcomePaint(scenario.outcome, palette);
  const attempts = scenario.attempts.length;
  const facts = [
    scenario.file,
    ...(attempts > 1 ? [`${attempts} attempts`] : []),
    renderDuration(scenario.durationMs),
  ].filter((fact) => fact !== '');
  return [
    `${paint(palette.bold(`${outcomeMark(scenario.outcome)} ${scenario.outcome}`))}  ${palette.bold(renderScenarioName(scenario))}`,
    `  ${palette.dim(facts.map(renderPrintableLine).join(' · '))}`,
    ...(scenario.reason === undefined ? [] : [`  ${renderFirstLine(scenario.reason)}`]),
  ];
}

type Section = readonly string[];

/** Of a scenario that passed in the end, what matters is why it did not do so at once. */
function flakyBody(scenario: ScenarioSummary, palette: Palette, columns: number): readonly Section[] {
  return scenario.attempts
    .slice(0, -1)
    .flatMap((attempt) => [
      [renderAttempt(attempt, palette)],
      ...allProblems(attempt, new StepTree(attempt.steps), palette, columns),
    ]);
}

function failedBody(scenario: ScenarioSummary, palette: Palette, columns: number): readonly Section[] {
  const attempt = lastAttempt(scenario);
  if (attempt === undefined) return [];
  const tree = new StepTree(attempt.steps);
  return [
    scenario.attempts.slice(0, -1).map((earlier) => renderAttempt(earlier, palette)),
    renderSteps(tree, scenario.plannedSteps, palette, columns),
    ...allProblems(attempt, tree, palette, columns),
    renderLogTails(collectLogTails(attempt), palette),
  ];
}

/** One line for an attempt before the last: that it was made, and why it did not do. */
function renderAttempt(attempt: AttemptSummary, palette: Palette): string {
  const step = attempt.steps.find((one) => one.problems.length > 0);
  const why = (step?.problems[0] ?? attempt.problems[0])?.message ?? attempt.reason ?? '';
  const where = step === undefined ? '' : `${renderPrintableLine(step.name)}: `;
  const paint = outcomePaint(attempt.outcome, palette);
  const reason = why === '' ? '' : ` ${palette.dim('·')} ${where}${renderFirstLine(why)}`;
  return `${palette.dim(`attempt ${attempt.attempt}`)} ${paint(attempt.outcome)}${reason}`;
}

function allProblems(
  attempt: AttemptSummary,
  tree: StepTree,
  palette: Palette,
  columns: number,
): readonly Section[] {
  return [
    ...attempt.steps
      .filter((step) => !isToldInside(step, tree))
      .flatMap((step) => stepProblems(step, palette, columns)),
    ...cutProblems(attempt.problems, palette),
  ];
}

/** What failed because a step in it failed needs no words of its own. */
function isToldInside(step: StepSummary, tree: StepTree): boolean {
  return step.problems.length === 0 && tree.below(step.path).some(({ outcome }) => outcome !== 'passed');
}

function stepProblems(step: StepSummary, palette: Palette, columns: number): readonly Section[] {
  const [first, ...rest] = cutProblems(step.problems, palette);
  const isSilent = first === undefined && (step.outcome === 'failed' || step.outcome === 'errored');
  if (first === undefined && !isSilent) return [];
  const paint = outcomePaint(step.outcome, palette);
  const title = `${paint(outcomeMark(step.outcome))} ${palette.bold(renderPrintableLine(step.name))}`;
  const why = first ?? [renderFirstLine(step.reason ?? `${step.outcome}, without saying why`)];
  const matrix = step.stepKind === 'connectivity' ? renderMatrix(step.facts, palette, columns) : [];
  return [[title, ...matrix, ...why], ...rest];
}

function cutProblems(problems: AttemptSummary['problems'], palette: Palette): readonly Section[] {
  const most = reportLimits.problemsPerStep;
  const shown = problems
    .slice(0, most)
    .map((problem, at) => renderProblem(withoutKnownPlace(problem, problems[at - 1]), palette));
  const more = problems.length - shown.length;
  return more > 0 ? [...shown, [palette.dim(`… ${countOf(more, 'more problem')}`)]] : shown;
}

/** A step of many claims fails at one place, which is shown once. */
function withoutKnownPlace(problem: Problem, before: Problem | undefined): Problem {
  const { at, sourceLine, ...rest } = problem;
  if (at === undefined || before?.at === undefined) return problem;
  return renderLocation(at) === renderLocation(before.at) ? rest : problem;
}

/** What every attempt left behind, by name; what the census counted but could not name, by number. */
function renderLeaks(scenario: ScenarioSummary, palette: Palette): readonly string[] {
  const named = scenario.attempts.flatMap((attempt) => attempt.leaks);
  const count = leftBehindByAll(scenario);
  if (typeof count === 'string' || count === 0) return [];
  const lines: readonly string[] = named.map(
    (leak) => `${leak.kind.padEnd(9)} ${renderPrintableLine(leak.what)}`,
  );
  const unnamed = count - named.length;
  return [
    palette.red(palette.bold(`left behind: ${count}`)),
    ...cutLines(lines, reportLimits.leaksPerScenario),
    ...(unnamed > 0 ? [palette.dim(`${unnamed} more without a name`)] : []),
    palette.dim(`= ${errorCatalogue.LEAKED.hint}`),
  ];
}
