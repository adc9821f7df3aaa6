import type { Json, JsonObject } from '../../core/json.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { Scenario } from '../../core/scenario.ts';
import { validateMatcher } from '../matcher/validate-matcher.ts';
import { entriesOf, itemsOf, memberOf } from './json-access.ts';
import { below } from './json-pointer.ts';
import { matchersOf } from './matchers-of.ts';
import { type StepAt, stepsOf } from './steps-of.ts';

interface PatternAt {
  readonly pointer: string;
  /** A matcher that is nothing but the pattern. */
  readonly matcher: Json;
}

/**
 * Regular expressions, JSONPaths and JSON Schemas that cannot be compiled. Apart from `loadScenarios`, because the libraries
 * for them load only when one is met, which is asynchronous.
 */
export async function validatePatterns(scenario: Scenario): Promise<readonly MayflyError[]> {
  const steps = stepsOf(scenario.document);
  const found = await Promise.all(
    patternsIn(scenario.document, steps).map(async ({ pointer, matcher }) => {
      const problems = await validateMatcher(matcher);
      return problems.map((problem) => {
        const at = scenario.locate(pointer);
        const length = Math.max(1, pointer.length - pointer.lastIndexOf('/') - 1);
        const hint = problem.hint === undefined ? {} : { hint: problem.hint };
        return new MayflyError(problem.code, problem.message, {
          at,
          sourceLine: scenario.sourceLine(at.line, at.file),
          length,
          ...hint,
        });
      });
    }),
  );
  return found.flat();
}

function patternsIn(document: JsonObject, steps: readonly StepAt[]): readonly PatternAt[] {
  const found: PatternAt[] = [];
  const add = (owner: Json | undefined, key: string, pointer: string, wrap: (value: Json) => Json) => {
    const value = memberOf(owner, key);
    if (value !== undefined) found.push({ pointer: below(pointer, key), matcher: wrap(value) });
  };
  const expression = (value: Json) => ({ matches: value });
  const path = (value: Json) => ({ json: { path: value, exists: true } });
  for (const { pointer, matcher } of matchersOf(document, steps)) {
    add(matcher, 'matches', pointer, expression);
    const redactions = itemsOf(memberOf(matcher.snapshot, 'redact'));
    for (const [index, redaction] of redactions.entries())
      add(redaction, 'matches', below(pointer, 'snapshot', 'redact', index), expression);
    add(matcher, 'schema', pointer, (value) => ({ schema: value }));
    for (const kind of ['json', 'yaml']) {
      const operand = matcher[kind];
      add(operand, 'path', below(pointer, kind), path);
      for (const [index, part] of itemsOf(operand).entries()) {
        add(part, 'path', below(pointer, kind, index), path);
      }
    }
  }
  for (const { step, pointer } of steps) {
    for (const [name, capture] of entriesOf(step.capture)) {
      add(capture, 'regex', below(pointer, 'capture', name), expression);
      add(capture, 'json', below(pointer, 'capture', name), path);
    }
    for (const [check, at] of checksIn(step.processes, below(pointer, 'processes')))
      add(check, 'match', at, expression);
    walkLogs(step.wait, below(pointer, 'wait'), (log, at) => add(log, 'matches', at, expression));
  }
  for (const [name, service] of entriesOf(document.services)) {
    const ready = below('/services', name, 'ready');
    walkLogs(memberOf(service, 'ready'), ready, (log, at) => add(log, 'matches', at, expression));
  }
  return found;
}

function checksIn(value: Json | undefined, pointer: string): readonly (readonly [Json, string])[] {
  if (value === undefined) return [];
  const items = itemsOf(value);
  if (items.length === 0) return [[value, pointer]];
  return items.map((check, index) => [check, below(pointer, index)]);
}

function walkLogs(
  condition: Json | undefined,
  pointer: string,
  visit: (log: Json, pointer: string) => void,
): void {
  const log = memberOf(condition, 'log');
  if (log !== undefined) visit(log, below(pointer, 'log'));
  for (const group of ['all', 'any']) {
    for (const [index, entry] of itemsOf(memberOf(condition, group)).entries()) {
      walkLogs(entry, below(pointer, group, index), visit);
    }
  }
}
