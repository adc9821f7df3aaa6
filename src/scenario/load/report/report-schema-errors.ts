import type { SchemaError } from '../../generated/validate-scenario.js';
import { below, parentOf } from '../json-pointer.ts';
import type { LoadedDocument } from '../loaded-document.ts';
import { oneOf, subjectOf } from './describe.ts';
import { kindsPresent } from './kinds-present.ts';
import { reportEmpty } from './report-empty.ts';
import { reportUnknownKey } from './report-unknown-key.ts';
import { reportWrongName } from './report-wrong-name.ts';
import { reportWrongValue } from './report-wrong-value.ts';
import { schemaPartOf, textOf } from './schema-part.ts';

/** What ajv found, in the words of the language, each place once. */
export function reportSchemaErrors(errors: readonly SchemaError[], document: LoadedDocument): void {
  const judged = new Set<string>();
  for (const error of inOrder(errors)) {
    if (error.keyword === 'additionalProperties') {
      reportUnknownKey(error, document);
    } else if (error.keyword === 'propertyNames') {
      reportWrongName(error, document);
    } else if (error.keyword === 'required') {
      reportMissing(error, document);
    } else if (error.keyword === 'x-one-of') {
      reportKinds(error, document);
    } else if (!judged.has(error.instancePath) && !isLaterBareEntry(error, judged)) {
      judged.add(error.instancePath);
      judged.add(entryOf(parentOf(error.instancePath)));
      if (error.keyword === 'minItems' || error.keyword === 'minProperties') reportEmpty(error, document);
      else reportWrongValue(error, document);
    }
  }
}

/** Marks that some entry of a list has been judged. */
const entryOf = (list: string) => `${list}/*`;

/** A list of bare values where matchers belong is one mistake, however long the list. */
function isLaterBareEntry(error: SchemaError, judged: ReadonlySet<string>): boolean {
  const isEntry = /\/\d+$/.test(error.instancePath);
  if (!isEntry || textOf(schemaPartOf(error.schemaPath), 'x-code') !== 'MATCHER_INVALID') return false;
  return judged.has(entryOf(parentOf(error.instancePath)));
}

const ranks: Readonly<Record<string, number>> = {
  additionalProperties: 0,
  propertyNames: 0,
  type: 1,
  minItems: 2,
  minProperties: 2,
};

/** Unknown keys first, because they explain missing ones; of several about one value, its type first. */
function inOrder(errors: readonly SchemaError[]): readonly SchemaError[] {
  return errors
    .filter((error) => error.propertyName === undefined && error.keyword !== 'if')
    .sort((a, b) => (ranks[a.keyword] ?? 3) - (ranks[b.keyword] ?? 3));
}

function reportMissing(error: SchemaError, document: LoadedDocument): void {
  const { instancePath } = error;
  const missing = String(error.params.missingProperty);
  if (document.meant.has(below(instancePath, missing))) return;
  const what = textOf(schemaPartOf(error.schemaPath), 'x-what') ?? subjectOf(instancePath);
  document.error(
    'SCENARIO_MISSING_KEY',
    `${what} needs \`${missing}\``,
    firstSpan(document, instancePath),
    instancePath,
    `add \`${missing}:\``,
  );
}

/** A union whose branch is told by one key: none of them is there, or several are. */
function reportKinds(error: SchemaError, document: LoadedDocument): void {
  const { instancePath } = error;
  const part = schemaPartOf(error.schemaPath);
  const what = textOf(part, 'x-what') ?? subjectOf(instancePath);
  const { known, present } = kindsPresent(part, document.node(instancePath));
  const [first, second] = present;
  if (first !== undefined && second !== undefined) {
    const names = present.map((name) => `\`${name}\``);
    const at = document.keySpan(below(instancePath, second));
    document.error(
      'SCENARIO_CONFLICT',
      `${what} is one thing, and this has ${names.slice(0, -1).join(', ')} and ${names.at(-1)}`,
      at,
      instancePath,
      what === 'a step' ? 'make two steps of it' : 'keep one of them',
    );
    return;
  }
  if (known.some((name) => document.meant.has(below(instancePath, name)))) return;
  document.error(
    'SCENARIO_MISSING_KEY',
    `${what} needs one of ${oneOf(known)}`,
    firstSpan(document, instancePath),
    instancePath,
    'say what it is',
  );
}

/** A mapping is shown by its key, or by its first line. */
function firstSpan(document: LoadedDocument, pointer: string) {
  const span = document.keySpan(pointer);
  const lineEnd = span.start + document.source.restOfLine(span.start).trimEnd().length;
  return { start: span.start, end: Math.max(span.start + 1, Math.min(span.end, lineEnd)) };
}
