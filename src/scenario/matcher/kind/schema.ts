import { isJsonObject } from '../../../core/json.ts';
import { MayflyError } from '../../../core/mayfly-error.ts';
import { compileJsonSchema } from '../json-schema.ts';
import { describe, mismatch } from '../match-result.ts';
import type { Matcher } from '../matcher.ts';
import { assertsNothing, invalid } from '../operand-problem.ts';
import { parseJsonFact } from '../parse-document.ts';

/** Text read as JSON, or a value that is JSON already, valid against a JSON Schema (2020-12, or draft-07 by its `$schema`). */
export const schema: Matcher = {
  name: 'schema',
  example: 'schema: { type: object, required: [id] }',
  validate: async (operand) => {
    if (!isJsonObject(operand)) return [invalid('', '`schema` takes a JSON Schema as a mapping')];
    if (Object.keys(operand).length === 0)
      return [assertsNothing('', '`schema` is empty: everything is valid')];
    try {
      await compileJsonSchema(operand);
      return [];
    } catch (error) {
      if (!(error instanceof MayflyError)) throw error;
      return [{ code: error.code, pointer: '', message: error.message, hint: error.hint }];
    }
  },
  compile: async (operand, { context }) => {
    const validate = await compileJsonSchema(isJsonObject(operand) ? operand : {});
    const description = 'valid against the schema';
    return describe(description, (fact) => {
      // A text inside a document is a value like any other; at the top it is what a process wrote.
      const isValue = context.strict === true && typeof fact === 'string';
      const parsed = isValue ? { kind: 'document' as const, value: fact } : parseJsonFact(fact);
      return parsed.kind === 'unreadable' ? mismatch(fact, parsed.why, description) : validate(parsed.value);
    });
  },
};
