import { didYouMean } from '../../core/did-you-mean.ts';
import type { Json } from '../../core/json.ts';
import type { Expression } from './ast.ts';
import { ExpressionError } from './expression-error.ts';
import { functions, isFunctionName } from './functions.ts';
import { parsePath } from './parse-path.ts';
import { namespaces } from './scope.ts';
import { type Placed, TokenCursor } from './token-cursor.ts';
import { type Token, tokenize } from './tokenize.ts';

const maxExpressionDepth = 32;

const keywords = new Map<string, Json>([
  ['true', true],
  ['false', false],
  ['null', null],
]);

/** An expression without braces; throws EXPRESSION_SYNTAX. */
export function parseExpression(text: string): Expression {
  return parseTokens(text, tokenize(text, 0, false));
}

/**
 * ```
 * or      = and { "||" and }
 * and     = compare { "&&" compare }
 * compare = unary [ ( "==" | "!=" ) unary ]
 * unary   = "!" unary | primary
 * primary = literal | "(" or ")" | function "(" [ or { "," or } ] ")" | path
 * path    = namespace { "." name | "[" ( text | integer ) "]" } [ ".port" "(" or ")" ]
 * ```
 */
export function parseTokens(text: string, tokens: readonly Token[]): Expression {
  const cursor = new TokenCursor(text, tokens);
  if (cursor.peek().kind === 'end') throw cursor.error('an expression is empty', cursor.peek());
  const expression = parseOr({ cursor, depth: 0 });
  if (cursor.peek().kind !== 'end') throw cursor.unexpected('an operator or the end');
  return expression;
}

interface State {
  readonly cursor: TokenCursor;
  /** Of nesting; guards the stack against hostile input. */
  readonly depth: number;
}

function parseOr(state: State): Expression {
  let left = parseAnd(state);
  while (state.cursor.takeIf('||')) {
    const right = parseAnd(state);
    left = { kind: 'logic', operator: '||', left, right, ...span(left, right) };
  }
  return left;
}

function parseAnd(state: State): Expression {
  let left = parseCompare(state);
  while (state.cursor.takeIf('&&')) {
    const right = parseCompare(state);
    left = { kind: 'logic', operator: '&&', left, right, ...span(left, right) };
  }
  return left;
}

function parseCompare(state: State): Expression {
  const { cursor } = state;
  const left = parseUnary(state);
  const operator = cursor.takeIf('==') ? '==' : cursor.takeIf('!=') ? '!=' : undefined;
  if (operator === undefined) return left;
  const right = parseUnary(state);
  if (cursor.isNext('==') || cursor.isNext('!=')) {
    throw cursor.error('comparisons cannot be chained', cursor.peek(), 'join two comparisons with `&&`');
  }
  return { kind: 'compare', operator, left, right, ...span(left, right) };
}

function parseUnary({ cursor, depth }: State): Expression {
  const token = cursor.peek();
  if (depth >= maxExpressionDepth) {
    const message = `an expression is nested deeper than maxExpressionDepth (${maxExpressionDepth})`;
    throw new ExpressionError('SCENARIO_LIMIT', message, cursor.place(token), 'simplify it');
  }
  const inner: State = { cursor, depth: depth + 1 };
  if (!cursor.takeIf('!')) return parsePrimary(inner);
  const operand = parseUnary(inner);
  return { kind: 'not', operand, ...span(token, operand) };
}

function parsePrimary(state: State): Expression {
  const { cursor } = state;
  const token = cursor.peek();
  if (cursor.takeIf('(')) {
    const inner = parseOr(state);
    cursor.expect(')');
    return inner;
  }
  if (token.kind === 'end' || token.kind === 'punctuation') throw cursor.unexpected('a value');
  cursor.take();
  if (token.kind === 'name') return parseNamed(token, state);
  if (token.quote === '"') {
    throw cursor.error('text stands in single quotes', token, `write '${token.value.replaceAll("'", "''")}'`);
  }
  const value = token.kind === 'number' ? Number(token.value) : token.value;
  return { kind: 'literal', value, offset: token.offset, length: token.length };
}

function parseNamed(token: Token, state: State): Expression {
  const keyword = keywords.get(token.value);
  if (keyword !== undefined) {
    return { kind: 'literal', value: keyword, offset: token.offset, length: token.length };
  }
  if (state.cursor.isNext('(')) return parseCall(token, state);
  const namespace = namespaces.find((known) => known === token.value);
  if (namespace !== undefined) return parsePath(state.cursor, token, namespace, () => parseOr(state));
  const meant = didYouMean(token.value, [...namespaces, ...keywords.keys()]);
  const hint =
    meant === undefined
      ? `a name begins with one of ${namespaces.join(', ')}; text stands in single quotes`
      : `did you mean \`${meant}\`?`;
  const place = state.cursor.place(token);
  throw new ExpressionError('EXPRESSION_UNDEFINED', `unknown name \`${token.value}\``, place, hint);
}

function parseCall(token: Token, state: State): Expression {
  const { cursor } = state;
  const name = token.value;
  if (!isFunctionName(name)) {
    const meant = didYouMean(name, Object.keys(functions));
    const known = `the functions are ${Object.keys(functions).join(', ')}`;
    const hint = meant === undefined ? known : `did you mean \`${meant}\`?`;
    throw cursor.error(`unknown function \`${name}\``, token, hint);
  }
  cursor.expect('(');
  const given: Expression[] = [];
  if (!cursor.isNext(')')) {
    do given.push(parseOr(state));
    while (cursor.takeIf(','));
  }
  const end = cursor.expect(')');
  const wanted = functions[name].parameters;
  if (wanted.length !== given.length) {
    const message = `\`${name}\` takes ${wanted.length} argument${wanted.length === 1 ? '' : 's'}, not ${given.length}`;
    throw cursor.error(message, token, `write ${name}(${wanted.join(', ')})`);
  }
  return { kind: 'call', name, arguments: given, ...span(token, end) };
}

function span(first: Placed, last: Placed): Placed {
  return { offset: first.offset, length: last.offset + last.length - first.offset };
}
