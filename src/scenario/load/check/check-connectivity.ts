import { outsidePlaces } from '../../../core/connectivity.ts';
import { didYouMean } from '../../../core/did-you-mean.ts';
import type { Json } from '../../../core/json.ts';
import { problemOfInstance, problemOfSelf, serviceOfWord } from '../../reach/check-rule.ts';
import { everyone, isProblem, parseRule, type RuleProblem, type RuleWord } from '../../reach/parse-rule.ts';
import { entriesOf, isStatic, itemsOf, memberOf, textOf } from '../json-access.ts';
import { below } from '../json-pointer.ts';
import type { LoadedDocument } from '../loaded-document.ts';
import { spanInText } from '../span-in-text.ts';
import type { StepAt } from '../steps-of.ts';
import { declaredNames } from './check-names.ts';

interface Names {
  readonly services: readonly string[];
  /** By service; undefined: not known yet. */
  readonly scales: ReadonlyMap<string, { readonly scale?: number }>;
  readonly groups: readonly string[];
  /** Of `also`. */
  readonly places: readonly string[];
}

/** Rules can be read, and everybody in them is declared (R1): a wrong one would not be noticed where all others hold. */
export function checkConnectivity(document: LoadedDocument, { step, pointer }: StepAt): void {
  const value = step.connectivity;
  const at = below(pointer, 'connectivity');
  const names: Names = {
    services: declaredNames(document.json, 'service'),
    scales: new Map(
      entriesOf(memberOf(document.json, 'services')).map(([name, one]) => [name, scaleOf(one)]),
    ),
    groups: entriesOf(memberOf(value, 'groups')).map(([name]) => name),
    places: itemsOf(memberOf(value, 'also')).flatMap((place) => textOf(place) ?? []),
  };
  checkGroups(document, value, at, names);
  warnOfUnused(document, value, at);
  for (const kind of ['allow', 'deny'] as const)
    for (const [index, rule] of itemsOf(memberOf(value, kind)).entries()) {
      const text = textOf(rule);
      if (text !== undefined && isStatic(text)) checkRule(document, text, below(at, kind, index), names);
    }
}

function checkGroups(document: LoadedDocument, value: Json | undefined, at: string, names: Names): void {
  for (const [group, members] of entriesOf(memberOf(value, 'groups'))) {
    const place = below(at, 'groups', group);
    if (group === everyone) {
      const message = '`*` is every service: no group can have that name';
      const hint = 'choose another name for the group';
      document.error('SCENARIO_CONFLICT', message, document.keySpan(place), place, hint);
    } else if (names.services.includes(group) || outsidePlaces.some((one) => one === group)) {
      const what = names.services.includes(group) ? 'a service' : 'a place outside of the scenario';
      document.error(
        'SCENARIO_CONFLICT',
        `\`${group}\` is the name of ${what} already`,
        document.keySpan(place),
        place,
        'choose another name for the group',
      );
    }
    for (const [index, member] of itemsOf(members).entries()) {
      const text = textOf(member);
      const word = { text: text ?? '', offset: 0 };
      if (text !== undefined && isStatic(text))
        checkName(document, text, word, below(place, index), names.services, names);
    }
  }
}

function scaleOf(service: Json): { readonly scale?: number } {
  // Planning says what `deploy` comes to, and who is there at all.
  if (['deploy', 'profiles'].some((key) => memberOf(service, key) !== undefined)) return {};
  const scale = memberOf(service, 'scale') ?? 1;
  return typeof scale === 'number' ? { scale } : {};
}

function warnOfUnused(document: LoadedDocument, value: Json | undefined, at: string): void {
  const rules = ['allow', 'deny'].flatMap((kind) => itemsOf(memberOf(value, kind)).map(textOf));
  const words = rules.flatMap((text = '') => {
    const rule = parseRule(text);
    return isProblem(rule) ? [] : [rule.from.text, rule.to.text];
  });
  // Such a rule may name anybody.
  if (rules.some((text) => text !== undefined && !isStatic(text))) return;
  for (const [group] of entriesOf(memberOf(value, 'groups'))) {
    if (words.includes(group)) continue;
    const place = below(at, 'groups', group);
    const message = `no rule names the group \`${group}\``;
    document.warning('SCENARIO_UNUSED', message, document.keySpan(place), place, 'use it or remove it');
  }
}

function checkRule(document: LoadedDocument, text: string, pointer: string, names: Names): void {
  // The schema has said so.
  if (!text.includes('->')) return;
  const rule = parseRule(text);
  if (isProblem(rule)) {
    const span = spanInText(document, pointer, text, rule.offset, rule.length);
    document.error(rule.code, rule.message, span, pointer, rule.hint);
    return;
  }
  const insiders = [...names.services, ...names.groups];
  if (names.places.includes(rule.from.text)) {
    const span = spanInText(document, pointer, text, rule.from.offset, rule.from.text.length);
    const message = `\`${rule.from.text}\` lies outside of the scenario: nothing can be sent from there`;
    document.error('SCENARIO_WRONG_VALUE', message, span, pointer, 'write it on the right of `->`');
  } else checkName(document, text, rule.from, pointer, insiders, names);
  checkName(document, text, rule.to, pointer, [...insiders, ...names.places], names);
  const self = problemOfSelf(rule, names.scales);
  if (self !== undefined) report(document, text, self, pointer);
  if (rule.to.text === 'ipv6-link-local' && rule.protocol !== 'icmp' && names.places.includes(rule.to.text)) {
    const span = spanInText(document, pointer, text, rule.to.offset, text.length - rule.to.offset);
    const message = 'whoever has a link-local address is asked by echo requests only';
    document.error('SCENARIO_WRONG_VALUE', message, span, pointer, 'write `ipv6-link-local/icmp`');
  }
}

function checkName(
  document: LoadedDocument,
  text: string,
  word: RuleWord,
  pointer: string,
  known: readonly string[],
  { services, scales }: Names,
): void {
  const { service, index } = serviceOfWord(word.text);
  const name = index !== undefined && services.includes(service) ? service : word.text;
  if (name === everyone) return;
  if (known.includes(name)) {
    const scale = scales.get(service)?.scale;
    const problem = scale === 0 ? problemOfNobody(word, service) : problemOfInstance(word, scale);
    if (problem !== undefined) report(document, text, problem, pointer);
    return;
  }
  const span = spanInText(document, pointer, text, word.offset, word.text.length);
  const near = didYouMean(name, known);
  const hint = near === undefined ? hintFor(name, known) : `did you mean \`${near}\`?`;
  document.error('SCENARIO_UNDECLARED', `there is no service or group \`${name}\``, span, pointer, hint);
}

function problemOfNobody({ text, offset }: RuleWord, service: string): RuleProblem {
  const message = `\`${service}\` has scale 0: there is nobody to ask`;
  const hint = 'remove it from the rules, or let one run';
  return { code: 'SCENARIO_CONFLICT', message, hint, offset, length: text.length };
}

function report(document: LoadedDocument, text: string, problem: RuleProblem, pointer: string): void {
  const span = spanInText(document, pointer, text, problem.offset, problem.length);
  document.error(problem.code, problem.message, span, pointer, problem.hint);
}

function hintFor(name: string, known: readonly string[]): string {
  if (outsidePlaces.some((one) => one === name)) return `add it to what is asked for: \`also: [${name}]\``;
  const list = `${known.slice(0, 8).join(', ')}${known.length > 8 ? ' …' : ''}`;
  return `declare it under \`services:\`, or in \`groups:\` of the step; declared are ${list}`;
}
