import type { Problem } from '../core/event.ts';
import { isJsonObject, type Json } from '../core/json.ts';
import { createPalette } from './palette.ts';
import { countOf, cutLines, renderFirstLine, renderPrintable, renderPrintableLine } from './printable.ts';
import { renderProblem } from './render-problem.ts';
import { reportLimits } from './report-limits.ts';
import { StepTree } from './step-tree.ts';
import type { AttemptSummary, ScenarioSummary, StepSummary } from './summary.ts';
import { lastAttempt, leftBehindByAll } from './summary.ts';
import { element, type XmlElement } from './xml.ts';

/** JUnit counts time in seconds. */
export function renderSeconds(ms: number): string {
  return (Math.max(0, ms) / 1000).toFixed(3);
}

const noColor = createPalette(false);

/** The cases of one scenario. If it did not pass, at least one of them says so. */
export function junitCases(scenario: ScenarioSummary): readonly XmlElement[] {
  const classname = renderClassname(scenario.id);
  const attempt = lastAttempt(scenario);
  if (attempt === undefined) return [scenarioCase(scenario, classname, [])];
  const names = new Map<string, number>();
  const tree = new StepTree(attempt.steps);
  const steps = attempt.steps
    .filter((step) => !isMereHolder(step, tree))
    .map((step) =>
      element(
        'testcase',
        { name: uniqueName(step, tree, names), classname, time: renderSeconds(step.durationMs) },
        [...stepResult(step), ...earlierResults(scenario, step), ...output(step)],
      ),
    );
  const census = censusCase(scenario, attempt, classname);
  const isTold = [...steps, census].some(tellsOfFailure);
  const needsCase =
    attempt.problems.length > 0 || (isBad(scenario) && !isTold) || scenario.outcome === 'skipped';
  return [...steps, ...(needsCase ? [scenarioCase(scenario, classname, attempt.problems)] : []), census];
}

/** Jenkins takes what stands before the last dot for the package: `scenarios/shop.yaml[db=pg]` → `scenarios.shop[db=pg]`. */
function renderClassname(id: string): string {
  return id
    .replace(/^[./]+/, '')
    .replace(/\.ya?ml(?=$|[#[])/, '')
    .replaceAll('.', '_')
    .replaceAll('/', '.');
}

/** A case that has run is told by its steps. */
function isMereHolder(step: StepSummary, tree: StepTree): boolean {
  return step.stepKind === 'case' && step.problems.length === 0 && tree.below(step.path).length > 0;
}

/** JUnit has no cases in cases: `empty cart › the total is 0`. */
function uniqueName(step: StepSummary, tree: StepTree, seen: Map<string, number>): string {
  const names = [...tree.holdersOf(step), step].map((one) => renderPrintableLine(one.name));
  const name = names.join(' › ');
  const times = (seen.get(name) ?? 0) + 1;
  seen.set(name, times);
  return times === 1 ? name : `${name} (${times})`;
}

function stepResult(step: StepSummary): readonly XmlElement[] {
  switch (step.outcome) {
    case 'passed':
      return [];
    case 'skipped':
      return [element('skipped', { message: renderPrintable(step.reason ?? 'skipped') })];
    case 'failed':
      return [result('failure', step.problems, step.reason ?? 'failed')];
    case 'errored':
      return [result('error', step.problems, step.reason ?? 'errored')];
    case 'unfinished':
      return [result('error', step.problems, 'did not finish')];
  }
}

function result(name: 'failure' | 'error', problems: readonly Problem[], fallback: string): XmlElement {
  const [first] = problems;
  const message = renderFirstLine(first?.message ?? fallback);
  return element(name, { type: first?.code ?? 'UNKNOWN', message }, [renderProblems(problems, message)]);
}

function renderProblems(problems: readonly Problem[], fallback: string): string {
  if (problems.length === 0) return fallback;
  const most = reportLimits.problemsPerStep;
  const shown = problems.slice(0, most).map((problem) => renderProblem(problem, noColor).join('\n'));
  const more = problems.length - shown.length;
  return [...shown, ...(more > 0 ? [`… ${countOf(more, 'more problem')}`] : [])].join('\n\n');
}

/** How the same step did not do in the attempts before the last. */
function earlierResults(scenario: ScenarioSummary, step: StepSummary): readonly XmlElement[] {
  const prefix = step.outcome === 'passed' ? 'flaky' : 'rerun';
  return scenario.attempts.slice(0, -1).flatMap((attempt) =>
    attempt.steps
      .filter(
        (earlier) =>
          earlier.path === step.path && (earlier.outcome === 'failed' || earlier.outcome === 'errored'),
      )
      .map((earlier) => {
        const [first] = earlier.problems;
        const message = renderFirstLine(first?.message ?? earlier.reason ?? earlier.outcome);
        return element(
          `${prefix}${earlier.outcome === 'failed' ? 'Failure' : 'Error'}`,
          { type: first?.code ?? 'UNKNOWN', message: `attempt ${attempt.attempt}: ${message}` },
          [element('stackTrace', {}, [renderProblems(earlier.problems, message)])],
        );
      }),
  );
}

/** What the step's process wrote, as far as the facts hold it. */
function output(step: StepSummary): readonly XmlElement[] {
  return [
    ...outputElement('system-out', isJsonObject(step.facts) ? step.facts.stdout : undefined),
    ...outputElement('system-err', isJsonObject(step.facts) ? step.facts.stderr : undefined),
  ];
}

function outputElement(name: string, value: Json | undefined): readonly XmlElement[] {
  if (typeof value !== 'string' || value === '') return [];
  const lines = value.replace(/\n$/, '').split('\n').map(renderPrintableLine);
  return [element(name, {}, [cutLines(lines, reportLimits.outputLines).join('\n')])];
}

/** What is not of any step: a service that did not start, a time-out, having been skipped. */
function scenarioCase(
  scenario: ScenarioSummary,
  classname: string,
  problems: readonly Problem[],
): XmlElement {
  const reason = scenario.reason ?? scenario.outcome;
  const name = scenario.outcome === 'errored' || scenario.outcome === 'unfinished' ? 'error' : 'failure';
  const told =
    scenario.outcome === 'skipped'
      ? [element('skipped', { message: renderPrintable(reason) })]
      : isBad(scenario) || problems.length > 0
        ? [result(name, problems, reason)]
        : [];
  return element('testcase', { name: 'scenario', classname, time: renderSeconds(scenario.durationMs) }, told);
}

function censusCase(scenario: ScenarioSummary, attempt: AttemptSummary, classname: string): XmlElement {
  const time = renderSeconds(attempt.census?.durationMs ?? 0);
  return element('testcase', { name: 'nothing is left behind', classname, time }, censusResult(scenario));
}

function censusResult(scenario: ScenarioSummary): readonly XmlElement[] {
  const left = leftBehindByAll(scenario);
  if (typeof left === 'string') return [element('skipped', { message: left })];
  if (left === 0) return [];
  const leaks = scenario.attempts.flatMap((attempt) => attempt.leaks);
  const lines = leaks.map((leak) => `${leak.kind} ${renderPrintableLine(leak.what)}`);
  const body = cutLines(lines, reportLimits.leaksPerScenario).join('\n');
  return [element('failure', { type: 'LEAKED', message: `left behind: ${left}` }, body === '' ? [] : [body])];
}

function isBad(scenario: ScenarioSummary): boolean {
  return scenario.outcome !== 'passed' && scenario.outcome !== 'flaky' && scenario.outcome !== 'skipped';
}

function tellsOfFailure(testcase: XmlElement): boolean {
  return testcase.children.some(
    (child) => typeof child !== 'string' && (child.name === 'failure' || child.name === 'error'),
  );
}
