import { byType, expressionPattern, type JsonSchema, list } from './json-schema.ts';

const holdsExpression = '\\$\\{\\{';

/** As core/units.ts reads it. */
const durationPattern = '(?:\\d+(?:\\.\\d+)?(?:us|ms|s|m|h))+|0';
const sizeBody = '\\d+(?:\\.\\d+)?\\s?(?:[kKmMgGtT]?[bB]|[kKmMgGtT])';

export const duration: JsonSchema = {
  type: 'string',
  pattern: `^(?:${durationPattern})$|${holdsExpression}`,
  'x-expects': 'a duration such as 500ms, 10s or 1m30s',
  'x-unit': 'duration',
};

export const size: JsonSchema = {
  type: 'string',
  pattern: `^(?:${sizeBody})$|${holdsExpression}`,
  'x-expects': 'a size such as 64m or 1g',
  'x-unit': 'size',
};

/** A size, or -1 for none. */
export const sizeOrUnlimited: JsonSchema = {
  type: ['string', 'integer'],
  pattern: `^(?:${sizeBody}|-1)$|${holdsExpression}`,
  maximum: -1,
  minimum: -1,
  'x-expects': 'a size such as 64m or 1g, or -1 for no limit',
  'x-unit': 'size',
};

export const boolean: JsonSchema = byType('true or false', {
  boolean: {},
  string: { pattern: expressionPattern },
});

export function integer(expects: string, limits: JsonSchema = {}): JsonSchema {
  return byType(expects, { integer: limits, string: { pattern: expressionPattern } });
}

export const portNumber: JsonSchema = integer('a port number from 1 to 65535', {
  minimum: 1,
  maximum: 65_535,
});

/** `8080`, `"8080/udp"`. */
export const portWithProtocol: JsonSchema = byType('a port such as 8080 or "8080/udp"', {
  integer: { minimum: 1, maximum: 65_535 },
  string: { pattern: `^[0-9]{1,5}(?:/(?:tcp|udp))?$|${holdsExpression}` },
});

export const text: JsonSchema = { type: 'string', 'x-expects': 'text' };

/** Text that means nothing when empty. */
export const nonEmptyText: JsonSchema = { type: 'string', pattern: '\\S', 'x-expects': 'text' };

export const textOrNumber: JsonSchema = { type: ['string', 'integer'], 'x-expects': 'text or a number' };

export const absolutePath: JsonSchema = {
  type: 'string',
  pattern: `^/|${holdsExpression}`,
  'x-expects': 'an absolute path such as /srv/data',
};

export const octalMode: JsonSchema = {
  type: 'string',
  pattern: '^[0-7]{3,4}$',
  'x-expects': 'permission bits in quotes, such as "0644"',
  'x-unit': 'mode',
};

export const oneOfWords = (words: readonly string[]): JsonSchema => ({ type: 'string', enum: words });

/** As Docker: a string goes through the shell or is split, a list is taken literally. */
export const command: JsonSchema = byType('a command as text or as a list of arguments', {
  string: {},
  array: list('a list of arguments', { type: ['string', 'number'], 'x-expects': 'text' }),
});

export const argv: JsonSchema = byType('a command as text or as a list of arguments', {
  string: { pattern: '\\S' },
  array: list('a list of arguments', { type: ['string', 'number'], 'x-expects': 'text' }, 'wrong-value'),
});

export const oneOrMoreTexts = (expects: string): JsonSchema =>
  byType(expects, { string: { pattern: '\\S' }, array: list(expects, nonEmptyText, 'wrong-value') });

/** Compose's `list_or_dict`. */
export function mapOrAssignments(expects: string, assignmentPattern: string): JsonSchema {
  return byType(expects, {
    object: {
      additionalProperties: {
        type: ['string', 'number', 'boolean', 'null'],
        'x-expects': 'text or a number',
      },
    },
    array: { items: { type: 'string', pattern: assignmentPattern, 'x-expects': 'NAME=value' } },
  });
}

export const environment: JsonSchema = mapOrAssignments(
  'variables as a mapping or as a list of NAME=value',
  '^[^=\\s][^=]*(?:=|$)',
);
