import { isJsonObject, type Json } from '../../core/json.ts';
import type { Findings } from './findings.ts';
import { entriesOf, has, itemsOf, memberOf } from './json-access.ts';
import { below, isAtOrBelow } from './json-pointer.ts';
import type { LoadedDocument } from './loaded-document.ts';
import { matchersOf } from './matchers-of.ts';
import { type NotYet, notYet } from './not-yet.ts';
import type { StepAt } from './steps-of.ts';

interface Owner {
  readonly in: NotYet['in'];
  readonly pointer: string;
  readonly value: Json;
}

export interface NotYetInput {
  readonly steps: readonly StepAt[];
  readonly purpose: 'run' | 'validate';
}

/** Says what this version does not do, and drops whatever else was said about it: it would be said by code that is not there. */
export function reportNotYet(document: LoadedDocument, input: NotYetInput, findings: Findings): void {
  const silenced: string[] = [];
  const report = (pointer: string, entry: Pick<NotYet, 'what' | 'validates'>) => {
    if (input.purpose === 'validate' && entry.validates === true) return;
    silenced.push(pointer);
    const span = document.keySpan(pointer);
    document.error('LANGUAGE_NOT_AVAILABLE_YET', `${entry.what} is not available yet`, span, pointer);
  };
  for (const owner of ownersIn(document.json, input.steps)) {
    for (const entry of notYet) {
      const value = entry.in === owner.in ? memberOf(owner.value, entry.key) : undefined;
      if (value !== undefined && entry.unless?.(value) !== true)
        report(below(owner.pointer, entry.key), entry);
    }
  }
  findings.filter(({ code, pointer, document: index }) => {
    if (index !== document.index || pointer === undefined || code === 'LANGUAGE_NOT_AVAILABLE_YET')
      return true;
    return !silenced.some((ancestor) => isAtOrBelow(pointer, ancestor));
  });
}

function ownersIn(json: Json, steps: readonly StepAt[]): readonly Owner[] {
  const owners: Owner[] = [{ in: 'scenario', pointer: '', value: json }];
  const each = (kind: NotYet['in'], section: string) => {
    for (const [name, value] of entriesOf(memberOf(json, section)))
      owners.push({ in: kind, pointer: below('', section, name), value });
  };
  for (const [index, value] of itemsOf(memberOf(json, 'include')).entries())
    owners.push({ in: 'include', pointer: below('/include', index), value });
  each('service', 'services');
  each('image', 'images');
  each('secret', 'secrets');
  for (const [name, service] of entriesOf(memberOf(json, 'services'))) {
    for (const [other, value] of entriesOf(memberOf(service, 'depends_on'))) {
      owners.push({ in: 'dependency', pointer: below('/services', name, 'depends_on', other), value });
    }
    owners.push(...conditionsIn(memberOf(service, 'ready'), below('/services', name, 'ready')));
  }
  for (const { pointer, step } of steps) {
    if (step.fault !== undefined)
      owners.push({ in: 'fault', pointer: below(pointer, 'fault'), value: step.fault });
    owners.push({ in: 'step', pointer, value: step }, ...conditionsIn(step.wait, below(pointer, 'wait')));
  }
  for (const { pointer, matcher } of matchersOf(json, steps))
    owners.push({ in: 'matcher', pointer, value: matcher });
  return owners;
}

function conditionsIn(value: Json | undefined, pointer: string): readonly Owner[] {
  if (!isJsonObject(value)) return [];
  const nested = ['all', 'any'].flatMap((group) =>
    has(value, group)
      ? itemsOf(value[group]).flatMap((item, index) => conditionsIn(item, below(pointer, group, index)))
      : [],
  );
  return [{ in: 'condition', pointer, value }, ...nested];
}
