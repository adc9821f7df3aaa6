import { didYouMean } from '../../core/did-you-mean.ts';
import { isJsonObject, type Json } from '../../core/json.ts';
import type { Expression, PathExpression, PathSegment } from './ast.ts';
import { ExpressionError } from './expression-error.ts';
import { nameOfType } from './functions.ts';
import type { Scope, ServiceScope } from './scope.ts';

/** The value a path leads to; throws EXPRESSION_UNDEFINED at the first member that does not exist. */
export function resolvePath(
  path: PathExpression,
  text: string,
  scope: Scope,
  evaluatePart: (part: Expression) => Json,
): Json {
  if (path.namespace === 'services') return resolveService(path, text, scope, evaluatePart);
  const root: Json | undefined = scope[path.namespace];
  if (root === undefined) throw notHere(path, text);
  let value: Json = root;
  let shown: string = path.namespace;
  for (const segment of path.segments) {
    value = member(value, segment, shown, text);
    shown = typeof segment.name === 'number' ? `${shown}[${segment.name}]` : `${shown}.${segment.name}`;
  }
  return value;
}

function member(value: Json, segment: PathSegment, shown: string, text: string): Json {
  const { name } = segment;
  if (Array.isArray(value)) {
    const entry: Json | undefined = typeof name === 'number' ? value[name] : undefined;
    if (entry !== undefined) return entry;
    const size = `${value.length} entr${value.length === 1 ? 'y' : 'ies'}`;
    const message =
      typeof name === 'number' ? `\`${shown}\` has ${size}, none at [${name}]` : `\`${shown}\` is a list`;
    throw undefinedAt(segment, text, message, 'entries are counted from 0: [0]');
  }
  if (isJsonObject(value)) {
    const key = String(name);
    if (Object.hasOwn(value, key)) return value[key] ?? null;
    throw unknownMember(segment, text, shown, Object.keys(value));
  }
  throw undefinedAt(segment, text, `\`${shown}\` is ${nameOfType(value)} and has no members`);
}

function resolveService(
  path: PathExpression,
  text: string,
  scope: Scope,
  evaluatePart: (part: Expression) => Json,
): Json {
  if (scope.services === undefined) throw notHere(path, text);
  const [named, ...rest] = path.segments;
  if (named === undefined) throw new Error('the parser demands a member');
  const [service, name, members] = findService(named, rest, text, scope.services);
  if (path.port !== undefined && members.length === 0)
    return resolvePort(path.port, text, name, service, evaluatePart);
  const [property, tooMuch] = members;
  if (property === undefined) {
    throw undefinedAt(
      named,
      text,
      `\`services.${name}\` alone is not a value`,
      'write .ip, .ipv6 or .port(n)',
    );
  }
  if (tooMuch !== undefined) throw undefinedAt(tooMuch, text, 'nothing follows a property of a service');
  if (property.name === 'ip') return service.ip ?? noAddress(property, text, name, 'IPv4');
  if (property.name === 'ipv6') return service.ipv6 ?? noAddress(property, text, name, 'IPv6');
  throw unknownMember(property, text, `services.${name}`, ['ip', 'ipv6', 'port(n)']);
}

/**
 * `services.web.ip`, and `services.web[2].ip` of a scaled one, whose instances are entries `web[2]`. As in `in:`, the first is
 * meant where none is named, and who is alone is the first.
 */
function findService(
  named: PathSegment,
  rest: readonly PathSegment[],
  text: string,
  services: Readonly<Record<string, ServiceScope>>,
): readonly [ServiceScope, string, readonly PathSegment[]] {
  const [index] = rest;
  const isInstance = typeof index?.name === 'number';
  const name = isInstance ? `${named.name}[${index.name}]` : String(named.name);
  const alike = isInstance ? (index.name === 1 ? String(named.name) : name) : `${name}[1]`;
  const found = [name, alike].find((entry) => Object.hasOwn(services, entry));
  const service = found === undefined ? undefined : services[found];
  if (service === undefined) throw unknownMember(named, text, 'services', Object.keys(services), name);
  return [service, name, isInstance ? rest.slice(1) : rest];
}

function resolvePort(
  argument: Expression,
  text: string,
  name: string,
  service: ServiceScope,
  evaluatePart: (part: Expression) => Json,
): Json {
  const containerPort = Number(evaluatePart(argument));
  if (!Number.isInteger(containerPort) || containerPort < 1 || containerPort > 65_535) {
    const place = { text, offset: argument.offset, length: argument.length };
    throw new ExpressionError('EXPRESSION_TYPE', 'a port is a number from 1 to 65535', place);
  }
  const hostPort = service.port(containerPort);
  if (hostPort !== undefined) return hostPort;
  const message = `\`services.${name}\` publishes no port ${containerPort}`;
  throw undefinedAt(argument, text, message, `add it to the service's \`ports:\``);
}

function noAddress(segment: PathSegment, text: string, name: string, family: string): never {
  throw undefinedAt(segment, text, `\`services.${name}\` has no ${family} address`);
}

function notHere(path: PathExpression, text: string): ExpressionError {
  const place = { offset: path.offset, length: path.namespace.length };
  return undefinedAt(place, text, `\`${path.namespace}\` is not known here`);
}

function unknownMember(
  segment: PathSegment,
  text: string,
  shown: string,
  known: readonly string[],
  name = String(segment.name),
): ExpressionError {
  const meant = didYouMean(name, known);
  const list = known.length === 0 ? 'it has no members' : `it has ${known.slice(0, 8).join(', ')}`;
  const more = known.length > 8 ? ` and ${known.length - 8} more` : '';
  const hint = meant === undefined ? `${list}${more}` : `did you mean \`${meant}\`?`;
  return undefinedAt(segment, text, `\`${shown}\` has no \`${name}\``, hint);
}

function undefinedAt(
  place: { readonly offset: number; readonly length: number },
  text: string,
  message: string,
  hint?: string,
): ExpressionError {
  const at = { text, offset: place.offset, length: place.length };
  return new ExpressionError('EXPRESSION_UNDEFINED', message, at, hint);
}
