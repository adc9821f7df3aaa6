import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import { entriesOf, itemsOf, memberOf } from './json-access.ts';
import { below } from './json-pointer.ts';
import type { StepAt } from './steps-of.ts';

export interface MatcherAt {
  readonly pointer: string;
  readonly matcher: JsonObject;
}

/** Operators whose operand is a matcher, a list of matchers, or may be one. */
const nesting = ['not', 'all', 'any', 'every', 'some', 'length', 'line_count', 'json', 'yaml', 'lines'];

/** Every matcher object of the steps and the services. */
export function matchersOf(document: Json, steps: readonly StepAt[]): readonly MatcherAt[] {
  const found: MatcherAt[] = [];
  const walk = (value: Json | undefined, pointer: string): void => {
    for (const [index, item] of itemsOf(value).entries()) walk(item, below(pointer, index));
    if (!isJsonObject(value)) return;
    found.push({ pointer, matcher: value });
    for (const operator of nesting) walk(memberOf(value, operator), below(pointer, operator));
  };
  for (const { step, pointer } of steps) {
    walkMembers(step.expect, below(pointer, 'expect'), walk);
    for (const kind of kindsOfChecks) walkChecks(step[kind], below(pointer, kind), walk);
    if (isJsonObject(step.logs)) walk(step.logs, below(pointer, 'logs'));
    walkCondition(step.wait, below(pointer, 'wait'), walk);
  }
  for (const [name, service] of entriesOf(memberOf(document, 'services'))) {
    walk(memberOf(service, 'exits'), below('/services', name, 'exits'));
    walkCondition(memberOf(service, 'ready'), below('/services', name, 'ready'), walk);
  }
  for (const [index, invariant] of itemsOf(memberOf(document, 'invariants')).entries())
    walkMembers(invariant, below('/invariants', index), walk);
  return found;
}

/** Kinds of step that hold matchers by name: one mapping of them, or several. */
const kindsOfChecks = ['files', 'processes', 'ports', 'dns', 'image', 'stats'] as const;

function walkChecks(value: Json | undefined, pointer: string, walk: Walk): void {
  for (const [index, check] of itemsOf(value).entries()) walkMembers(check, below(pointer, index), walk);
  walkMembers(value, pointer, walk);
}

type Walk = (value: Json | undefined, pointer: string) => void;

function walkMembers(value: Json | undefined, pointer: string, walk: Walk): void {
  for (const [name, member] of entriesOf(value)) {
    if (name === 'headers' || name === 'config') walkMembers(member, below(pointer, name), walk);
    else walk(member, below(pointer, name));
  }
}

function walkCondition(value: Json | undefined, pointer: string, walk: Walk): void {
  walkMembers(memberOf(value, 'http'), below(pointer, 'http'), walk);
  walkMembers(memberOf(value, 'file'), below(pointer, 'file'), walk);
  walk(memberOf(value, 'exits'), below(pointer, 'exits'));
  for (const group of ['all', 'any']) {
    for (const [index, item] of itemsOf(memberOf(value, group)).entries())
      walkCondition(item, below(pointer, group, index), walk);
  }
}
