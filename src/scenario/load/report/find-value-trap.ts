import type { JsonObject } from '../../../core/json.ts';
import type { LoadedDocument } from '../loaded-document.ts';
import type { Span } from '../source-text.ts';
import type { YamlNode } from '../yaml/yaml-node.ts';
import { textOf, wordsOf } from './schema-part.ts';

interface Trap {
  readonly message: string;
  readonly hint: string;
  /** Where, if not at the value. */
  readonly span?: Span;
}

/** A value that is wrong because YAML reads it differently from what it looks like (R4). */
export function findValueTrap(
  node: YamlNode,
  part: JsonObject,
  span: Span,
  document: LoadedDocument,
): Trap | undefined {
  const types = wordsOf(part, 'type');
  return (
    yesOrNo(node, types) ??
    octalMode(node, part, span, document) ??
    eatenByComment(node, span, document) ??
    colonInText(node, types, document)
  );
}

/** YAML 1.2 has no other booleans than true and false; YAML 1.1, which many tools still read, has. */
function yesOrNo(node: YamlNode, types: readonly string[]): Trap | undefined {
  if (node.kind !== 'scalar' || typeof node.value !== 'string' || !types.includes('boolean'))
    return undefined;
  const word = node.value.toLowerCase();
  if (!['yes', 'no', 'on', 'off', 'y', 'n'].includes(word)) return undefined;
  const meant = ['yes', 'on', 'y'].includes(word);
  return { message: `\`${node.value}\` is text in YAML 1.2, not a truth value`, hint: `write ${meant}` };
}

function octalMode(node: YamlNode, part: JsonObject, span: Span, document: LoadedDocument): Trap | undefined {
  if (textOf(part, 'x-unit') !== 'mode' || node.kind !== 'scalar' || typeof node.value !== 'number')
    return undefined;
  const written = document.source.slice(span);
  const digits = written.replace(/^0o/, '0');
  const quoted = /^[0-7]{3,4}$/.test(digits) ? digits.padStart(4, '0') : '0644';
  return {
    message: `permission bits are octal, and YAML reads ${written} as the number ${node.value}`,
    hint: `quote them: "${quoted}"`,
  };
}

/** `password: #secret` */
function eatenByComment(node: YamlNode, span: Span, document: LoadedDocument): Trap | undefined {
  if (node.kind !== 'scalar' || node.value !== null || node.start !== node.end) return undefined;
  const comment = /^\s*:?\s+(#[^\s#]\S*)/.exec(document.source.restOfLine(span.end));
  if (comment?.[1] === undefined) return undefined;
  const text = comment[1];
  const start = span.end + comment[0].length - text.length;
  return {
    message: 'YAML reads ` #` as the beginning of a comment, so nothing is left of the value',
    hint: `quote it: ${JSON.stringify(text)}`,
    span: { start, end: start + text.length },
  };
}

/** `- echo a: b` is a mapping with the key `echo a`. */
function colonInText(node: YamlNode, types: readonly string[], document: LoadedDocument): Trap | undefined {
  if (node.kind !== 'map' || node.entries.size !== 1 || !types.includes('string')) return undefined;
  const [entry] = [...node.entries];
  if (entry === undefined) return undefined;
  const [key, { key: keySpan, value }] = entry;
  if (value.kind !== 'scalar' || !/\s/.test(key)) return undefined;
  const span = { start: keySpan.start, end: Math.max(value.end, keySpan.end) };
  const text = document.source.slice(span);
  if (text.includes('\n')) return undefined;
  return {
    message: '`: ` inside an unquoted value is read as a key and a value',
    hint: `quote the value: '${text.replaceAll("'", "''")}'`,
    span,
  };
}
