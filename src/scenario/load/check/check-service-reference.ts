import type { Json } from '../../../core/json.ts';
import { memberOf } from '../json-access.ts';
import type { LoadedDocument } from '../loaded-document.ts';
import type { Span } from '../source-text.ts';

interface Where {
  readonly document: LoadedDocument;
  readonly pointer: string;
  readonly span: Span;
}

/** What follows `services.web`: a property, or `[2]` and a property, of a service that exists and runs by then. */
export function checkServiceReference(
  name: string,
  following: readonly string[],
  { document, span, pointer }: Where,
  inStep: boolean,
): void {
  const [first] = following;
  const index = first !== undefined && /^\d+$/.test(first) ? Number(first) : undefined;
  const member = index === undefined ? first : following[1];
  const scale = scaleOf(document.json, name);
  if (index !== undefined && scale !== undefined && (index < 1 || index > scale)) {
    const message = `\`${name}[${index}]\` does not exist: \`${name}\` has scale ${scale}`;
    const hint = 'instances are counted from 1: [1]';
    document.error('SCENARIO_UNDECLARED', message, span, pointer, hint);
  } else if (member === undefined || !['ip', 'ipv6', 'port'].includes(member)) {
    const message =
      member === undefined ? `a service alone is not a value` : `a service has no \`${member}\``;
    const shown = index === undefined ? name : `${name}[${index}]`;
    const hint = `there are services.${shown}.ip, .ipv6 and .port(80)`;
    document.error('EXPRESSION_UNDEFINED', message, span, pointer, hint);
  } else if (!inStep) {
    const message = 'addresses and ports are known only once services run, in steps';
    const hint = `write the name \`${name}\` itself: services of one network find each other by name`;
    document.error('EXPRESSION_UNDEFINED', message, span, pointer, hint);
  }
}

/** How many there are; undefined where an expression decides it, or it is a mistake that is told elsewhere. */
function scaleOf(json: Json, name: string): number | undefined {
  const service = memberOf(memberOf(json, 'services'), name);
  const scale = memberOf(service, 'scale') ?? memberOf(memberOf(service, 'deploy'), 'replicas') ?? 1;
  return typeof scale === 'number' ? scale : undefined;
}
