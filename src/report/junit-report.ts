import { junitCases, renderSeconds } from './junit-cases.ts';
import { renderPrintableLine } from './printable.ts';
import { collectLogTails } from './render-logs.ts';
import { renderShard } from './render-shard.ts';
import type { Report } from './report.ts';
import { renderScenarioName } from './scenario-name.ts';
import type { AttemptSummary, RunSummary, ScenarioSummary, Summary } from './summary.ts';
import { imagesOf, lastAttempt, leftBehind } from './summary.ts';
import { element, renderXml, type XmlElement } from './xml.ts';

/**
 * For CI servers: a suite for each scenario, a case for each step, one for what lies outside of the steps and one
 * for the census. As Jenkins reads it (jenkinsci/xunit-plugin, junit-10.xsd; spec/report/jenkins-junit.xsd).
 */
export const junitReport: Report = {
  kind: 'document',
  name: 'junit',
  extension: 'xml',
  render: (summary) => renderXml(suites(summary)),
};

function suites(summary: Summary): XmlElement {
  const children = summary.scenarios.map((scenario, index) => suite(scenario, index, summary.run));
  const total = (name: string): string =>
    String(children.reduce((sum, child) => sum + Number(child.attributes[name] ?? 0), 0));
  const attributes = {
    name: 'mayfly',
    tests: total('tests'),
    failures: total('failures'),
    errors: total('errors'),
    time: renderSeconds(summary.durationMs),
  };
  return element('testsuites', attributes, children);
}

function suite(scenario: ScenarioSummary, index: number, run: RunSummary | undefined): XmlElement {
  const cases = junitCases(scenario);
  const having = (name: string): string =>
    String(
      cases.filter((one) => one.children.some((child) => typeof child !== 'string' && child.name === name))
        .length,
    );
  const attempt = lastAttempt(scenario);
  const started = run === undefined ? Number.NaN : Date.parse(run.startedAt) + (attempt?.startedAtMs ?? 0);
  const attributes = {
    name: renderScenarioName(scenario),
    id: String(index),
    ...(scenario.file === '' ? {} : { file: scenario.file }),
    tests: String(cases.length),
    failures: having('failure'),
    errors: having('error'),
    skipped: having('skipped'),
    time: renderSeconds(scenario.durationMs),
    ...timestamp(started),
  };
  const log = scenario.outcome === 'passed' || attempt === undefined ? '' : renderLog(attempt);
  return element('testsuite', attributes, [
    properties(scenario, run),
    ...cases,
    ...(log === '' ? [] : [element('system-out', {}, [log])]),
  ]);
}

/** ISO 8601 without a fraction, as Ant and Surefire write it; none if the time is not one. */
function timestamp(ms: number): Readonly<Record<string, string>> {
  const latestDateMs = 8.64e15; // ECMA-262, Time Values
  if (!(Math.abs(ms) <= latestDateMs)) return {};
  return { timestamp: new Date(ms).toISOString().replace(/\.\d+Z$/, '') };
}

function properties(scenario: ScenarioSummary, run: RunSummary | undefined): XmlElement {
  const pairs: readonly (readonly [string, string])[] = [
    ['scenario', scenario.id],
    ['outcome', scenario.outcome],
    ...(run === undefined
      ? []
      : ([
          ['seed', String(run.seed)],
          ['run', run.runId],
          ['mayfly', run.mayflyVersion],
        ] as const)),
    ...(run?.shard === undefined ? [] : [['shard', renderShard(run.shard)] as const]),
    ...scenario.tags.map((tag) => ['tag', tag] as const),
    ...Object.entries(scenario.matrix).map(
      ([key, value]) => [`matrix.${key}`, typeof value === 'string' ? value : JSON.stringify(value)] as const,
    ),
    ...imagesOf(scenario).map(({ name, id, digest }) => [`image.${name}`, digest ?? id] as const),
    ...scenario.attempts.map((attempt) => [`attempt.${attempt.attempt}`, renderAttempt(attempt)] as const),
  ];
  return element(
    'properties',
    {},
    pairs.map(([name, value]) => element('property', { name, value })),
  );
}

function renderAttempt(attempt: AttemptSummary): string {
  const left = leftBehind(attempt);
  return `${attempt.outcome}, left behind: ${left ?? 'not checked'}`;
}

function renderLog(attempt: AttemptSummary): string {
  return collectLogTails(attempt)
    .filter((tail) => tail.lines.length > 0)
    .map(({ container, isEvidence, lines, total }) => {
      const isWhole = isEvidence && lines.length === total;
      const title = isWhole ? container : `${container}: last ${lines.length} of ${total} lines`;
      return [`--- ${title}`, ...lines.map(renderPrintableLine)].join('\n');
    })
    .join('\n');
}
