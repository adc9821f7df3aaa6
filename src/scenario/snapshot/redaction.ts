import type { Json } from '../../core/json.ts';
import { isJsonObject } from '../../core/json.ts';
import { loadRegularExpressions } from '../matcher/regular-expression.ts';

export type Redact = (text: string) => string;

/** What differs from run to run, by the word that asks for it. In this order: an address may look like a part of an id. */
export const redactionWords = {
  uuid: {
    pattern: '(?i)\\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\\b',
    as: '<uuid>',
  },
  time: {
    pattern:
      '\\b\\d{4}-\\d{2}-\\d{2}(?:[T ]\\d{2}:\\d{2}(?::\\d{2}(?:[.,]\\d+)?)?(?:Z|[+-]\\d{2}:?\\d{2})?)?|\\b\\d{1,2}:\\d{2}:\\d{2}(?:[.,]\\d+)?\\b',
    as: '<time>',
  },
  ip: {
    pattern:
      '\\b(?:\\d{1,3}\\.){3}\\d{1,3}\\b|(?i)\\b(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}\\b|\\b[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){0,6}::(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){0,6}\\b)?|::[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){0,6}\\b',
    as: '<ip>',
  },
  id: { pattern: '(?i)\\b(?:sha256:)?[0-9a-f]{64}\\b|\\b[0-9a-f]{40}\\b|\\b[0-9a-f]{12}\\b', as: '<id>' },
  duration: { pattern: '\\b\\d+(?:\\.\\d+)?\\s?(?:ns|us|µs|ms|s|sec|seconds|min|m|h)\\b', as: '<duration>' },
} as const;

type Word = keyof typeof redactionWords;

export function isRedactionWord(word: string): word is Word {
  return Object.hasOwn(redactionWords, word);
}

/** `redact:` of a snapshot, made ready: words first, then patterns in their order. */
export async function compileRedactions(redact: Json | undefined): Promise<Redact> {
  const entries: readonly Json[] = Array.isArray(redact) ? redact : [];
  if (entries.length === 0) return (text) => text;
  const compile = await loadRegularExpressions();
  const words = Object.entries(redactionWords).filter(([word]) => entries.includes(word));
  const own = entries.flatMap((entry) =>
    isJsonObject(entry) ? [{ pattern: String(entry.matches), as: String(entry.as) }] : [],
  );
  const steps = [...words.map(([, rule]) => rule), ...own].map(({ pattern, as }) => {
    const expression = compile(pattern);
    return (text: string): string => expression.replaceAll(text, as);
  });
  return (text) => steps.reduce((redacted, step) => step(redacted), text);
}
