import { didYouMean } from '../../../core/did-you-mean.ts';
import type { ErrorCode } from '../../../core/error-catalogue.ts';
import type { JsonObject } from '../../../core/json.ts';
import type { SchemaError } from '../../generated/validate-scenario.js';
import type { LoadedDocument } from '../loaded-document.ts';
import type { YamlNode } from '../yaml/yaml-node.ts';
import { toJson } from '../yaml/yaml-node.ts';
import { describeValue, expectationOf, subjectOf } from './describe.ts';
import { findValueTrap } from './find-value-trap.ts';
import { schemaPartOf, textOf, wordsOf } from './schema-part.ts';
import { hintForUnit } from './unit-hint.ts';

/** A value of the wrong type or outside of what is allowed. */
export function reportWrongValue(error: SchemaError, document: LoadedDocument): void {
  const { instancePath, schemaPath } = error;
  const part = schemaPartOf(schemaPath);
  const node = document.node(instancePath);
  if (node === undefined) return;
  const span = document.valueSpan(instancePath);
  const trap = findValueTrap(node, part, span, document);
  if (trap !== undefined) {
    document.error('SCENARIO_YAML_TRAP', trap.message, trap.span ?? span, instancePath, trap.hint);
    return;
  }
  const { code, message, hint } = judge(error, part, node);
  document.error(code, message, span, instancePath, hint);
}

interface Judgement {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string;
}

function judge(error: SchemaError, part: JsonObject, node: YamlNode): Judgement {
  const subject = subjectOf(error.instancePath);
  const value = toJson(node);
  const expects = expectationOf(part);
  const unit = textOf(part, 'x-unit');
  if (value === null && textOf(part, 'x-code') === 'MATCHER_INVALID') {
    return { code: 'SCENARIO_ASSERTS_NOTHING', message: `the matcher ${subject} has no operand`, hint: `write ${expects} behind it` };
  }
  if (value === null && part['x-asserts'] === true) {
    return { code: 'SCENARIO_ASSERTS_NOTHING', message: `${subject} has nothing to compare with`, hint: `write ${expects}` };
  }
  if (value === null) return { code: 'SCENARIO_WRONG_TYPE', message: `${subject} is empty; it must be ${expects}`, hint: 'write a value, or remove the key' };
  if (unit === 'duration' || unit === 'size') {
    const hint = hintForUnit(value, unit);
    if (hint !== undefined) return { code: 'SCENARIO_WRONG_UNIT', message: `${subject} must be ${expects}, not ${describeValue(value)}`, hint };
  }
  if (error.keyword === 'enum') return judgeWord(subject, String(value), part);
  if (textOf(part, 'x-code') === 'MATCHER_INVALID') return judgeMatcher(subject, value, expects);
  const wrongType = error.keyword === 'type';
  return {
    code: wrongType ? 'SCENARIO_WRONG_TYPE' : 'SCENARIO_WRONG_VALUE',
    message: `${subject} must be ${expects}, not ${describeValue(value)}`,
    hint: wrongType ? hintForType(value, part) : 'write a value as described',
  };
}

function judgeWord(subject: string, value: string, part: JsonObject): Judgement {
  const words = wordsOf(part, 'enum');
  const near = didYouMean(value, words);
  const message = `${subject} cannot be ${JSON.stringify(value)}`;
  const allowed = words.length > 16 ? `it must be ${expectationOf(part)}` : `allowed are ${words.join(', ')}`;
  return { code: 'SCENARIO_WRONG_VALUE', message, hint: near === undefined ? allowed : `did you mean \`${near}\`?` };
}

/** A list of bare values where matchers belong is the common one (R3). */
function judgeMatcher(subject: string, value: ReturnType<typeof toJson>, expects: string): Judgement {
  const message = `${subject} must be ${expects}, not ${describeValue(value)}`;
  const bare = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  const hint = bare ? `write \`contains: ${JSON.stringify(value)}\` if that is what you mean` : 'see the matchers in docs/language.md';
  return { code: 'MATCHER_INVALID', message, hint };
}

function hintForType(value: ReturnType<typeof toJson>, part: JsonObject): string {
  const types = wordsOf(part, 'type');
  if (types.includes('array') && !types.includes('string') && typeof value === 'string') return `write a list: [${value}]`;
  if (types.includes('string') && (typeof value === 'number' || typeof value === 'boolean')) return `quote it: "${value}"`;
  if (!types.includes('object') && typeof value === 'object' && !Array.isArray(value)) return 'remove the braces or the indented keys';
  return 'write a value of the type named';
}
