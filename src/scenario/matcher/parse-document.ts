import type { Json } from '../../core/json.ts';
import type { Fact } from '../../core/matcher.ts';
import { textOf } from './fact-text.ts';
import { nameFact } from './show-fact.ts';

export const maxDocumentDepth = 100;
/** Values in a document, those that aliases repeat counted each time. */
const maxDocumentValues = 1_000_000;

/** A document read from a fact, or why it cannot be: a sentence without its subject. */
export type ParsedDocument =
  | { readonly kind: 'document'; readonly value: Json }
  | { readonly kind: 'unreadable'; readonly why: string };

/** A fact as JSON: text is parsed, what is already JSON is taken as it is. */
export function parseJsonFact(fact: Fact): ParsedDocument {
  return parseFact(fact, 'JSON', (text) => {
    const value: unknown = JSON.parse(text);
    return value;
  });
}

/** A fact as YAML's core schema: no tags that make anything but JSON. */
export async function openYamlParser(): Promise<(fact: Fact) => ParsedDocument> {
  const { CORE_SCHEMA, load } = await import('js-yaml');
  return (fact) =>
    parseFact(fact, 'YAML', (text) =>
      load(text, { schema: CORE_SCHEMA, maxDepth: maxDocumentDepth, maxAliases: 1000 }),
    );
}

function parseFact(fact: Fact, language: string, parse: (text: string) => unknown): ParsedDocument {
  if (fact === undefined) return { kind: 'unreadable', why: 'does not exist' };
  const text = textOf(fact);
  if (text === undefined) {
    if (fact instanceof Uint8Array)
      return { kind: 'unreadable', why: `is ${nameFact(fact)}, not ${language}` };
    return { kind: 'document', value: fact };
  }
  try {
    return checkSize(parse(text));
  } catch (error) {
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    return { kind: 'unreadable', why: `is not ${language}: ${why}` };
  }
}

/** Without recursion: the document is hostile until it is known to be shallow. */
function checkSize(root: unknown): ParsedDocument {
  let values = 0;
  let level: unknown[] = [root];
  for (let depth = 0; level.length > 0; depth += 1) {
    values += level.length;
    if (depth > maxDocumentDepth)
      return tooLarge(`is nested deeper than maxDocumentDepth (${maxDocumentDepth})`);
    if (values > maxDocumentValues)
      return tooLarge(`holds more values than maxDocumentValues (${maxDocumentValues})`);
    const below: unknown[] = [];
    for (const value of level) {
      if (typeof value !== 'object' || value === null) continue;
      const inside: readonly unknown[] = Object.values(value);
      if (values + below.length + inside.length > maxDocumentValues) {
        return tooLarge(`holds more values than maxDocumentValues (${maxDocumentValues})`);
      }
      for (const each of inside) below.push(each);
    }
    level = below;
  }
  // The border: JSON.parse and YAML's core schema give nothing but JSON.
  return { kind: 'document', value: root as Json };
}

function tooLarge(why: string): ParsedDocument {
  return { kind: 'unreadable', why };
}
