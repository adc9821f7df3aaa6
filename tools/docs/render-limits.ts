import { renderDuration } from '../../src/core/units.ts';
import { defaultLimits, type LoadLimits } from '../../src/scenario/load/limits.ts';
import { planDefaults } from '../../src/scenario/plan/plan-options.ts';
import { defaultRunLimits, type RunLimits } from '../../src/scenario/run/run-limits.ts';
import { code, table } from './markdown.ts';

/** A limit without its line here is an error of types. */
const loadMeanings: Readonly<Record<keyof LoadLimits, string>> = {
  fileBytes: 'size of a scenario file',
  documents: 'YAML documents in a file',
  depth: 'how deep lists and mappings nest, aliases followed',
  aliases: 'aliases (`*name`) in a document',
  values: 'values of a document, those that aliases repeat counted each time',
  services: 'services of a scenario',
  images: 'images of a scenario',
  networks: 'networks of a scenario',
  volumes: 'volumes of a scenario',
  vars: 'variables of a scenario',
  steps: 'steps of a scenario, nested ones too',
  matrix: 'combinations of a matrix',
  linkDepth: 'files that lead to each other by `include` and `extends`',
  linkedFiles: 'files that a scenario brings in',
  errors: 'errors shown for a file',
};

const runMeanings: Readonly<Record<keyof RunLimits, string>> = {
  outputBytes: 'standard output and standard error of a step, together',
  bodyBytes: 'body of an HTTP response',
  fileBytes: 'a file that a step looks into',
  copyBytes: 'what a `copy` moves',
  keepCharacters: 'text of a fact kept in a report; more is cut, and says so',
  logLines: "lines of a service's log kept for waits, matchers and reports of failures",
  logCharacters: "characters of a service's log kept for the same",
  lineCharacters: 'a line of a log; a longer one is split',
  problemLogLines: "of every service's log, shown with a failure",
  imagesMs: 'time in which all images of a scenario are made; its own time-out begins then',
  finallyBudgetMs: 'all steps of `finally` together',
  teardownBudgetMs: 'the teardown',
  drainMs: 'how long output is awaited after its process has ended',
};

export function renderLoadLimits(): string {
  return renderTable(loadMeanings, defaultLimits);
}

export function renderRunLimits(): string {
  return renderTable(runMeanings, defaultRunLimits);
}

function renderTable<Name extends string>(
  meanings: Readonly<Record<Name, string>>,
  values: Readonly<Record<Name, number>>,
): string {
  const rows = Object.entries<string>(meanings).map(([name, meaning]) => [
    code(name),
    meaning,
    renderLimit(name, new Map(Object.entries<number>(values)).get(name) ?? 0),
  ]);
  return table(['limit', 'of what', 'default'], rows);
}

/** Names carry units. */
function renderLimit(name: string, value: number): string {
  if (name.endsWith('Ms')) return renderDuration(value);
  if (name.endsWith('Bytes')) return renderBinary(value);
  return value.toLocaleString('en-US');
}

function renderBinary(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && value % 1024 === 0 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value} ${units[unit]}`;
}

/** What holds where a scenario says nothing. */
export function renderDefaults(): string {
  const { timeoutMs, stepTimeoutMs, readyWithinMs, retries } = planDefaults;
  return table(
    ['what', 'unless said'],
    [
      ['`timeout` of a scenario', renderDuration(timeoutMs)],
      ['`--image-timeout`', renderDuration(defaultRunLimits.imagesMs)],
      ['`timeout` of a step', renderDuration(stepTimeoutMs)],
      ['`ready: { within: … }`', renderDuration(readyWithinMs)],
      ['`retries`', String(retries)],
    ],
  );
}
