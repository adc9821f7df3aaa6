import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/core/json.ts';
import { evaluateCondition } from '../../../src/scenario/expression/evaluate-condition.ts';
import { ExpressionError } from '../../../src/scenario/expression/expression-error.ts';
import { interpolate } from '../../../src/scenario/expression/interpolate.ts';
import type { Scope } from '../../../src/scenario/expression/scope.ts';

const scope: Scope = {
  vars: {
    port: 8080,
    name: 'shop',
    list: ['a', { b: 'c' }],
    empty: '',
    nothing: null,
    yes: true,
    'node version': 20,
  },
  matrix: { os: 'debian', deep: { er: 1 } },
  secrets: { TOKEN: 's3cret' },
  env: { HOME: '/root' },
  case: { input: 'x' },
  steps: { items: { first: 7, 'row-count': '3' } },
  services: {
    web: { ip: '10.0.0.2', ipv6: 'fd00::2', port: (port) => (port === 80 ? 49_152 : undefined) },
    'web[2]': { ip: '10.0.0.3', port: () => undefined },
    'my-db': { port: () => undefined },
    'worker[1]': { ip: '10.0.0.4', port: () => undefined },
    'worker[2]': { ip: '10.0.0.5', port: () => undefined },
  },
  run: { id: 'r1', seed: 42 },
};

const values: readonly (readonly [string, Json])[] = [
  ['vars.port', 8080],
  ['vars["node version"]', 20],
  ["vars['node version']", 20],
  ['vars.list[0]', 'a'],
  ['vars.list[1].b', 'c'],
  ['vars.list', ['a', { b: 'c' }]],
  ['matrix.deep.er', 1],
  ['secrets.TOKEN', 's3cret'],
  ['env.HOME', '/root'],
  ['case.input', 'x'],
  ['steps.items.first', 7],
  ['steps.items.row-count', '3'],
  ['services.web.ip', '10.0.0.2'],
  ['services.web.ipv6', 'fd00::2'],
  ['services.web.port(80)', 49_152],
  ['services.web[2].ip', '10.0.0.3'],
  ['services["web[2]"].ip', '10.0.0.3'],
  ['services.worker.ip', '10.0.0.4'],
  ['services.worker[2].ip', '10.0.0.5'],
  ['services.web[1].ip', '10.0.0.2'],
  ['run.id', 'r1'],
  ['run.seed', 42],
  ["'it''s'", "it's"],
  ["'}}'", '}}'],
  ["''", ''],
  ['-1.5e2', -150],
  ['true', true],
  ['null', null],
  ["vars.name == 'shop'", true],
  ["vars.name != 'shop'", false],
  ["vars.port == '8080'", true],
  ['steps.items.row-count == 3', true],
  ["vars.yes == 'true'", true],
  ['vars.yes == 1', false],
  ['vars.nothing == null', true],
  ["vars.nothing == ''", false],
  ['vars.list == vars.list', true],
  ['!vars.empty', true],
  ['!!vars.name', true],
  ["vars.empty || 'fallback'", 'fallback'],
  ["vars.name && 'then'", 'then'],
  ['vars.empty && vars.undefined', ''],
  ['vars.name || vars.undefined', 'shop'],
  ['false && false || true', true],
  ['false && (false || true)', false],
  ["!(vars.name == 'x') && true", true],
  ["default(vars.absent, 'd')", 'd'],
  ["default(vars.list[9].x, 'd')", 'd'],
  ["default(vars.nothing, 'd')", 'd'],
  ["default(vars.name, 'd')", 'shop'],
  ["default(default(vars.a, vars.b), 'd')", 'd'],
  ['default(steps.never.ran, null)', null],
  ["contains(vars.name, 'ho')", true],
  ["contains(vars.list, 'a')", true],
  ["contains(vars.list, 'b')", false],
  ["contains(matrix.deep, 'er')", true],
  ["starts_with(vars.name, 'sh')", true],
  ["ends_with(vars.name, 'sh')", false],
  ['json(vars.list)', '["a",{"b":"c"}]'],
  ['upper(vars.name)', 'SHOP'],
  ["lower('ABC')", 'abc'],
  ['upper(true)', 'TRUE'],
];

describe('R7 an expression', () => {
  test.each(values)('%s', (expression, expected) => {
    expect(interpolate(`\${{ ${expression} }}`, scope)).toEqual(expected);
  });
});

interface Wrong {
  readonly text: string;
  readonly code: string;
  readonly message: string;
  /** The part of `text` the error points at. */
  readonly marks: string;
  readonly hint?: string;
}

const wrong: readonly Wrong[] = [
  {
    text: 'vars.prot',
    code: 'EXPRESSION_UNDEFINED',
    message: '`vars` has no `prot`',
    marks: 'prot',
    hint: 'did you mean `port`?',
  },
  {
    text: 'var.port',
    code: 'EXPRESSION_UNDEFINED',
    message: 'unknown name `var`',
    marks: 'var',
    hint: 'did you mean `vars`?',
  },
  { text: 'ports', code: 'EXPRESSION_UNDEFINED', message: 'unknown name `ports`', marks: 'ports' },
  {
    text: 'vars.list[2]',
    code: 'EXPRESSION_UNDEFINED',
    message: '`vars.list` has 2 entries, none at [2]',
    marks: '2',
  },
  { text: 'vars.list.b', code: 'EXPRESSION_UNDEFINED', message: '`vars.list` is a list', marks: 'b' },
  {
    text: 'vars.name.length',
    code: 'EXPRESSION_UNDEFINED',
    message: '`vars.name` is text and has no members',
    marks: 'length',
  },
  {
    text: 'vars.constructor',
    code: 'EXPRESSION_UNDEFINED',
    message: '`vars` has no `constructor`',
    marks: 'constructor',
  },
  {
    text: 'vars["__proto__"]',
    code: 'EXPRESSION_UNDEFINED',
    message: '`vars` has no `__proto__`',
    marks: '"__proto__"',
  },
  {
    text: 'steps.itmes.first',
    code: 'EXPRESSION_UNDEFINED',
    message: '`steps` has no `itmes`',
    marks: 'itmes',
    hint: 'did you mean `items`?',
  },
  {
    text: 'services.wep.ip',
    code: 'EXPRESSION_UNDEFINED',
    message: '`services` has no `wep`',
    marks: 'wep',
    hint: 'did you mean `web`?',
  },
  {
    text: 'services.web.ipv4',
    code: 'EXPRESSION_UNDEFINED',
    message: '`services.web` has no `ipv4`',
    marks: 'ipv4',
    hint: 'did you mean `ipv6`?',
  },
  {
    text: 'services.my-db.ip',
    code: 'EXPRESSION_UNDEFINED',
    message: '`services.my-db` has no IPv4 address',
    marks: 'ip',
  },
  {
    text: 'services.web.port(81)',
    code: 'EXPRESSION_UNDEFINED',
    message: '`services.web` publishes no port 81',
    marks: '81',
  },
  {
    text: 'services.web.port(0)',
    code: 'EXPRESSION_TYPE',
    message: 'a port is a number from 1 to 65535',
    marks: '0',
  },
  {
    text: 'services.web',
    code: 'EXPRESSION_UNDEFINED',
    message: '`services.web` alone is not a value',
    marks: 'web',
  },
  {
    text: 'upper(vars.list)',
    code: 'EXPRESSION_TYPE',
    message: 'upper: a list stands where text should be',
    marks: 'vars.list',
  },
  { text: 'vars', code: 'EXPRESSION_SYNTAX', message: '`vars` alone is not a value', marks: 'vars' },
  {
    text: 'uper(vars.name)',
    code: 'EXPRESSION_SYNTAX',
    message: 'unknown function `uper`',
    marks: 'uper',
    hint: 'did you mean `upper`?',
  },
  {
    text: 'toString(vars.name)',
    code: 'EXPRESSION_SYNTAX',
    message: 'unknown function `toString`',
    marks: 'toString',
  },
  {
    text: 'upper()',
    code: 'EXPRESSION_SYNTAX',
    message: '`upper` takes 1 argument, not 0',
    marks: 'upper',
    hint: 'write upper(text)',
  },
  {
    text: 'vars.name.trim()',
    code: 'EXPRESSION_SYNTAX',
    message: '`trim` cannot be called here',
    marks: 'trim',
  },
  {
    text: 'vars.port = 8080',
    code: 'EXPRESSION_SYNTAX',
    message: 'unexpected "=" in an expression',
    marks: '=',
    hint: 'write `==` to compare',
  },
  {
    text: 'vars.name | upper',
    code: 'EXPRESSION_SYNTAX',
    message: 'unexpected "|" in an expression',
    marks: '|',
  },
  { text: '$vars.name', code: 'EXPRESSION_SYNTAX', message: 'unexpected "$" in an expression', marks: '$' },
  {
    text: 'vars.name == "shop"',
    code: 'EXPRESSION_SYNTAX',
    message: 'text stands in single quotes',
    marks: '"shop"',
    hint: "write 'shop'",
  },
  {
    text: "vars.name == 'shop",
    code: 'EXPRESSION_SYNTAX',
    message: "text that begins with ' is not closed",
    marks: "'",
  },
  { text: '1 == 1 == 1', code: 'EXPRESSION_SYNTAX', message: 'comparisons cannot be chained', marks: '==' },
  {
    text: '(vars.name',
    code: 'EXPRESSION_SYNTAX',
    message: 'the expression ends where `)` should be',
    marks: '',
  },
  {
    text: 'vars.name vars.port',
    code: 'EXPRESSION_SYNTAX',
    message: '`vars` stands where an operator or the end should be',
    marks: 'vars',
  },
  {
    text: 'vars.name &&',
    code: 'EXPRESSION_SYNTAX',
    message: 'the expression ends where a value should be',
    marks: '',
  },
  {
    text: 'vars.',
    code: 'EXPRESSION_SYNTAX',
    message: 'the expression ends where a name after `.` should be',
    marks: '',
  },
  { text: '', code: 'EXPRESSION_SYNTAX', message: 'an expression is empty', marks: '' },
  {
    text: `${'('.repeat(40)}1${')'.repeat(40)}`,
    code: 'SCENARIO_LIMIT',
    message: 'an expression is nested deeper than maxExpressionDepth (32)',
    marks: '(',
  },
  {
    text: `${'!'.repeat(5000)}1`,
    code: 'SCENARIO_LIMIT',
    message: 'an expression is longer than maxExpressionLength (4096 characters)',
    marks: '!',
  },
];

describe('R7 an error in an expression', () => {
  test.each(wrong)('$text', ({ text, code, message, marks, hint }) => {
    const error = errorOf(() => evaluateCondition(text, scope));
    expect({ code: error.code, message: error.message }).toEqual({ code, message });
    expect(error.text.slice(error.offset, error.offset + (marks === '' ? 0 : error.length))).toBe(marks);
    if (hint !== undefined) expect(error.hint).toBe(hint);
  });

  test('counts its offset in the whole template', () => {
    const template = 'http://${{ vars.name }}:${{ vars.prot }}/';
    const error = errorOf(() => interpolate(template, scope));
    expect(template.slice(error.offset, error.offset + error.length)).toBe('prot');
  });

  test('names the namespaces a place does not have', () => {
    const error = errorOf(() => interpolate('${{ steps.a.b }}', { vars: {} }));
    expect(error.message).toBe('`steps` is not known here');
  });
});

describe('R7 `if:`', () => {
  test.each([
    ["vars.name == 'shop'", true],
    ['vars.empty', false],
    ['vars.nothing', false],
    ['0', false],
    ["'false'", true],
    ['vars.list', true],
  ] as const)('%s is %s', (expression, expected) => {
    expect(evaluateCondition(expression, scope)).toBe(expected);
  });

  test('takes no braces', () => {
    const error = errorOf(() => evaluateCondition("${{ vars.name }} == 'shop'", scope));
    expect(error.message).toBe('`if:` takes an expression without braces');
  });
});

function errorOf(act: () => unknown): ExpressionError {
  try {
    act();
  } catch (error) {
    if (error instanceof ExpressionError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
