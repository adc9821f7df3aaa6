import { isJsonObject, type Json } from '../../core/json.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import { type MaskStream, openMaskStream } from './mask-stream.ts';
import { secretForms } from './secret-forms.ts';
import { buildTextAutomaton } from './text-automaton.ts';

/** Longer secrets are refused: every form of every one is held in memory. */
export const maxSecretLength = 64 * 2 ** 10;

/** A shorter value also masks text that has nothing to do with it. */
const shortSecretLength = 4;

/** Replaces the values of secrets, in all their forms, by `***` (language.md R8). */
export interface Masker {
  /** A whole text. For a part of one, such as a line, a secret of several lines is known by each of its lines. */
  text(value: string): string;
  /** Every text of a value, keys of mappings too; a number that is a secret becomes the text `***`. */
  json(value: Json): Json;
  /** For text that arrives in chunks. */
  stream(): MaskStream;
  /** Names of secrets so short that masking them also hides innocent text, and that have few encoded forms: warn about them. */
  readonly shortSecrets: readonly string[];
}

/** `secrets` are names to values; an empty value hides nothing. */
export function createMasker(secrets: Readonly<Record<string, string>>): Masker {
  const entries = Object.entries(secrets).filter(([, value]) => value !== '');
  for (const [name, value] of entries) checkLength(name, value);
  const shortSecrets = entries.filter(([, value]) => value.length < shortSecretLength).map(([name]) => name);
  return entries.length === 0
    ? passThrough
    : maskValues(new Set(entries.map(([, value]) => value)), shortSecrets);
}

function maskValues(values: ReadonlySet<string>, shortSecrets: readonly string[]): Masker {
  const automaton = buildTextAutomaton([...new Set([...values].flatMap(secretForms))]);
  const text = (value: string): string => {
    const stream = openMaskStream(automaton);
    return stream.write(value) + stream.end();
  };
  const json = (value: Json): Json => {
    if (typeof value === 'string') return text(value);
    if (typeof value === 'number') return values.has(String(value)) ? text(String(value)) : value;
    if (Array.isArray(value)) return value.map(json);
    if (!isJsonObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [text(key), json(member)]));
  };
  return { text, json, stream: () => openMaskStream(automaton), shortSecrets };
}

const passThrough: Masker = {
  text: (value) => value,
  json: (value) => value,
  stream: () => ({ write: (chunk) => chunk, end: () => '' }),
  shortSecrets: [],
};

function checkLength(name: string, value: string): void {
  if (value.length <= maxSecretLength) return;
  const message = `secret \`${name}\` is longer than maxSecretLength (${maxSecretLength} characters)`;
  throw new MayflyError('SCENARIO_LIMIT', message, { hint: 'give it to the service as a file instead' });
}
