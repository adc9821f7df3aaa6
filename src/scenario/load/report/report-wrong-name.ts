import { didYouMean } from '../../../core/did-you-mean.ts';
import { isJsonObject } from '../../../core/json.ts';
import type { SchemaError } from '../../generated/validate-scenario.js';
import { below } from '../json-pointer.ts';
import type { LoadedDocument } from '../loaded-document.ts';
import { subjectOf } from './describe.ts';
import { schemaPartOf, textOf, wordsOf } from './schema-part.ts';

/** A name of the user's choice that cannot be one. */
export function reportWrongName(error: SchemaError, document: LoadedDocument): void {
  const { instancePath, schemaPath, params } = error;
  const name = String(params.propertyName);
  const pointer = below(instancePath, name);
  const names = schemaPartOf(schemaPath).propertyNames;
  const words = isJsonObject(names) ? wordsOf(names, 'enum') : [];
  const span = document.keySpan(pointer);
  if (words.length > 0) {
    const near = didYouMean(name, words);
    const hint = near === undefined ? `known here: ${words.join(', ')}` : `did you mean \`${near}\`?`;
    document.error(
      'SCENARIO_UNKNOWN_KEY',
      `unknown key \`${name}\` in ${subjectOf(instancePath)}`,
      span,
      pointer,
      hint,
    );
    return;
  }
  const word = isJsonObject(names) && textOf(names, 'pattern')?.startsWith('^[A-Za-z_]');
  document.error(
    'SCENARIO_WRONG_VALUE',
    `\`${name}\` cannot be a name in ${subjectOf(instancePath)}`,
    span,
    pointer,
    word
      ? 'use letters, digits, `-` and `_`, and no digit at the beginning'
      : 'use letters, digits, `-` and `_`, 63 at most',
  );
}
