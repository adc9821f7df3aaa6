import { didYouMean } from '../../../core/did-you-mean.ts';
import type { ErrorCode } from '../../../core/error-catalogue.ts';
import type { Json, JsonObject } from '../../../core/json.ts';
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
    return {
      code: 'SCENARIO_ASSERTS_NOTHING',
      message: `the matcher ${subject} has no operand`,
      hint: `write ${expects} behind it`,
    };
  }
  if (value === null && part['x-asserts'] === true) {
    return {
      code: 'SCENARIO_ASSERTS_NOTHING',
      message: `${subject} has nothing to compare with`,
      hint: `write ${expects}`,
    };
  }
  if (value === null)
    return {
      code: 'SCENARIO_WRONG_TYPE',
      message: `${subject} is empty; it must be ${expects}`,
      hint: 'write a value, or remove the key',
    };
  if (unit === 'duration' || unit === 'size') {
    const hint = composeVariable(value) ?? hintForUnit(value, unit);
    if (hint !== undefined)
      return {
        code: 'SCENARIO_WRONG_UNIT',
        message: `${subject} must be ${expects}, not ${describeValue(value)}`,
        hint,
      };
  }
  if (value === '' && textOf(part, 'x-code') === 'MATCHER_INVALID' && error.keyword === 'pattern') {
    return {
      code: 'SCENARIO_ASSERTS_NOTHING',
      message: `${subject} with empty text holds for every text`,
      hint: 'write what the text must have, or `empty: true`',
    };
  }
  if (error.keyword === 'enum') return judgeWord(subject, String(value), part);
  if (textOf(part, 'x-code') === 'MATCHER_INVALID') return judgeMatcher(subject, value, expects);
  if (error.keyword !== 'type') {
    return {
      code: 'SCENARIO_WRONG_VALUE',
      message: `${subject} cannot be ${describeValue(value)}`,
      hint: hintForValue(error, value, expects),
    };
  }
  return {
    code: 'SCENARIO_WRONG_TYPE',
    message: `${subject} must be ${expects}, not ${describeValue(value)}`,
    hint: hintForType(value, part),
  };
}

function hintForValue(error: SchemaError, value: Json, expects: string): string {
  const { limit } = error.params;
  if (error.keyword === 'maximum') return `it must be ${expects}; the most is ${String(limit)}`;
  if (error.keyword === 'minimum') return `it must be ${expects}; the least is ${String(limit)}`;
  return composeVariable(value) ?? `it must be ${expects}`;
}

/** `${NAME}` is Compose's; here it belongs to the shell (R7). */
function composeVariable(value: Json): string | undefined {
  const name = typeof value === 'string' ? /\$\{?([A-Za-z_]\w*)/.exec(value)?.[1] : undefined;
  return name === undefined
    ? undefined
    : `\`$\` is left to the shell: write \`\${{ env.${name} }}\`, or declare it in \`vars:\``;
}

function judgeWord(subject: string, value: string, part: JsonObject): Judgement {
  const words = wordsOf(part, 'enum');
  const near = didYouMean(value, words);
  const message = `${subject} cannot be ${JSON.stringify(value)}`;
  const allowed = words.length > 16 ? `it must be ${expectationOf(part)}` : `allowed are ${words.join(', ')}`;
  return {
    code: 'SCENARIO_WRONG_VALUE',
    message,
    hint: near === undefined ? allowed : `did you mean \`${near}\`?`,
  };
}

/** A list of bare values where matchers belong is the common one (R3). */
function judgeMatcher(subject: string, value: Json, expects: string): Judgement {
  const message = `${subject} must be ${expects}, not ${describeValue(value)}`;
  const bare = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  const hint = bare
    ? `write \`contains: ${JSON.stringify(value)}\` if that is what you mean`
    : 'see the matchers in docs/language.md';
  return { code: 'MATCHER_INVALID', message, hint };
}

function hintForType(value: Json, part: JsonObject): string {
  const types = wordsOf(part, 'type');
  const onlyText = types.every((type) => type === 'string' || type === 'array' || type === 'object');
  if (types.length === 1 && types[0] === 'array' && typeof value === 'object' && !Array.isArray(value))
    return 'begin each entry with `- `';
  if (types.includes('array') && !types.includes('string') && typeof value === 'string')
    return `write a list: [${value}]`;
  if (onlyText && types.includes('string') && (typeof value === 'number' || typeof value === 'boolean'))
    return `quote it: "${value}"`;
  if (!types.includes('object') && typeof value === 'object' && !Array.isArray(value))
    return 'remove the braces or the indented keys';
  return `write ${expectationOf(part)}`;
}
