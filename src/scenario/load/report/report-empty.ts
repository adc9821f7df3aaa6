import type { SchemaError } from '../../generated/validate-scenario.js';
import type { LoadedDocument } from '../loaded-document.ts';
import { expectationOf, subjectOf } from './describe.ts';
import { schemaPartOf, textOf } from './schema-part.ts';

/** Too few entries: R3, nothing asserts nothing. */
export function reportEmpty(error: SchemaError, document: LoadedDocument): void {
  const { instancePath, schemaPath } = error;
  const part = schemaPartOf(schemaPath);
  const subject = subjectOf(instancePath);
  const node = document.node(instancePath);
  const count = node?.kind === 'list' ? node.items.length : node?.kind === 'map' ? node.entries.size : 0;
  const span = document.keySpan(instancePath);
  const assertsNothing = textOf(part, 'x-empty') === 'asserts-nothing';
  if (assertsNothing && count > 0) {
    const hint = instancePath.includes('/files/')
      ? 'say for example `exists: true`'
      : 'say for example `exists: true` or `equals: …`';
    document.error(
      'SCENARIO_ASSERTS_NOTHING',
      `${subject} says where to look, but not what to expect`,
      document.valueSpan(instancePath),
      instancePath,
      hint,
    );
  } else if (assertsNothing) {
    document.error(
      'SCENARIO_ASSERTS_NOTHING',
      `${subject} is empty, so nothing would be checked`,
      span,
      instancePath,
      textOf(part, 'x-remedy'),
    );
  } else if (textOf(part, 'x-empty') === 'wrong-value') {
    document.error(
      'SCENARIO_WRONG_VALUE',
      `${subject} is empty`,
      span,
      instancePath,
      'write at least one entry, or remove the key',
    );
  } else {
    document.error('SCENARIO_WRONG_VALUE', `${subject} must be ${expectationOf(part)}`, span, instancePath);
  }
}
