import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import { everyone, isProblem, parseRule } from '../reach/parse-rule.ts';
import type { Truth, TruthRule } from './truth.ts';

export interface Known {
  /** As declared, and of a scaled service each instance. */
  readonly services: readonly { readonly name: string; readonly instanceOf?: string }[];
  /** What `also` asks for. */
  readonly places: readonly string[];
}

/** The truth table of a step's value, with names of instances for everybody in it. */
export function readTruth(value: JsonObject, known: Known): Truth {
  const groups = isJsonObject(value.groups) ? value.groups : {};
  const rules = (texts: Json | undefined): readonly TruthRule[] =>
    textsOf(texts).map((text) => readRule(text, groups, known));
  return {
    default: value.default === 'allow' ? 'allow' : 'deny',
    allow: rules(value.allow),
    deny: rules(value.deny),
  };
}

/** Loading has checked them; what expressions made of them is known now. */
function readRule(text: string, groups: JsonObject, known: Known): TruthRule {
  const rule = parseRule(text);
  if (isProblem(rule))
    throw new MayflyError('SCENARIO_WRONG_VALUE', `\`${text}\`: ${rule.message}`, { hint: rule.hint });
  const { from, to, protocol, port } = rule;
  const sides = [
    { word: from.text, names: namesOf(from.text, groups, { ...known, places: [] }) },
    { word: to.text, names: namesOf(to.text, groups, known) },
  ] as const;
  const isEveryone = (word: string): boolean => word === everyone || textsOf(groups[word]).includes(everyone);
  return {
    text,
    from: new Set(sides[0].names),
    to: new Set(sides[1].names),
    named: new Set(sides.flatMap(({ word, names }) => (isEveryone(word) ? [] : names))),
    protocol,
    ...(port === undefined ? {} : { port }),
  };
}

/** `*` is all services, and nothing outside. */
function namesOf(word: string, groups: JsonObject, known: Known): readonly string[] {
  const { services, places } = known;
  if (word === everyone) return services.map(({ name }) => name);
  const members = groups[word];
  if (members !== undefined) return textsOf(members).flatMap((member) => namesOf(member, {}, known));
  const own = services.filter(
    ({ name, instanceOf }) => name === word || instanceOf === word || `${name}[1]` === word,
  );
  if (own.length > 0) return own.map(({ name }) => name);
  if (places.includes(word)) return [word];
  throw new MayflyError(
    'SCENARIO_UNDECLARED',
    `there is no service or group \`${word}\`, or its scale is 0`,
    {
      hint: `there are ${services.map(({ name }) => name).join(', ')}`,
    },
  );
}

const textsOf = (value: Json | undefined): readonly string[] =>
  Array.isArray(value) ? value.map(String) : [];
