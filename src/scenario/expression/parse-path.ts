import type { Expression, PathExpression, PathSegment } from './ast.ts';
import type { Namespace } from './scope.ts';
import type { TokenCursor } from './token-cursor.ts';
import type { Token } from './tokenize.ts';

/** What follows a namespace that was just taken: members, indices, and at most one `.port(…)`. */
export function parsePath(
  cursor: TokenCursor,
  first: Token,
  namespace: Namespace,
  parseArgument: () => Expression,
): PathExpression {
  const segments: PathSegment[] = [];
  const ending = (end: Token) => ({ offset: first.offset, length: end.offset + end.length - first.offset });
  let end = first;
  for (;;) {
    if (cursor.takeIf('.')) {
      if (cursor.peek().kind !== 'name') throw cursor.unexpected('a name after `.`');
      end = cursor.take();
      if (cursor.isNext('(')) {
        checkMethod(cursor, end, namespace, segments);
        cursor.take();
        const port = parseArgument();
        return { kind: 'path', namespace, segments, port, ...ending(cursor.expect(')')) };
      }
      segments.push({ name: end.value, offset: end.offset, length: end.length });
    } else if (cursor.takeIf('[')) {
      segments.push(parseIndex(cursor));
      end = cursor.expect(']');
    } else break;
  }
  if (segments.length === 0) {
    const hint = `name one of its members: ${namespace}.name`;
    throw cursor.error(`\`${namespace}\` alone is not a value`, first, hint);
  }
  return { kind: 'path', namespace, segments, ...ending(end) };
}

function parseIndex(cursor: TokenCursor): PathSegment {
  const token = cursor.peek();
  const isIndex = token.kind === 'number' && /^\d+$/.test(token.value);
  if (token.kind !== 'text' && !isIndex) throw cursor.unexpected('a text in quotes or a number from 0');
  cursor.take();
  return { name: isIndex ? Number(token.value) : token.value, offset: token.offset, length: token.length };
}

function checkMethod(
  cursor: TokenCursor,
  method: Token,
  namespace: Namespace,
  segments: readonly PathSegment[],
): void {
  if (namespace === 'services' && method.value === 'port' && segments.length > 0) return;
  const hint = 'the only call on a name is services.<name>.port(n)';
  throw cursor.error(`\`${method.value}\` cannot be called here`, method, hint);
}
