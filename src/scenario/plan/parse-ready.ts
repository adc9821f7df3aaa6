import type { ReadyCondition } from '../../core/plan.ts';
import type { DocumentNode } from './document-node.ts';

const simpleKinds = ['port', 'log', 'http', 'exec', 'file', 'healthcheck', 'exits'] as const;
const allKinds = ['all', 'any', ...simpleKinds] as const;

/** A condition of R16, of a `ready:` or of a `wait` step; other keys beside the kind are the caller's. */
export function parseReadyCondition(node: DocumentNode): ReadyCondition | undefined {
  const kinds = allKinds.filter((kind) => node.has(kind));
  const [kind] = kinds;
  if (kind === undefined) {
    node.fail('SCENARIO_ASSERTS_NOTHING', 'nothing to wait for', `write one of ${allKinds.join(', ')}`);
    return undefined;
  }
  if (kinds.length > 1) {
    const both = kinds.map((name) => `\`${name}\``).join(' and ');
    node.fail(
      'SCENARIO_CONFLICT',
      `${both} side by side`,
      'write all: [{ … }, { … }] if all of them must hold',
    );
    return undefined;
  }
  if (kind !== 'all' && kind !== 'any') return parseSimple(kind, node.child(kind));
  const of = node
    .child(kind)
    .items()
    .flatMap((item) => parseReadyCondition(item) ?? []);
  return { kind, of };
}

/** The value stays as the YAML says it; what interpolation may have spoiled is looked at again. */
function parseSimple(kind: (typeof simpleKinds)[number], node: DocumentNode): ReadyCondition {
  if (kind === 'port') checkPort(node);
  if (kind === 'http') {
    node.child('port').integer({ min: 1, max: 65_535 });
    node.child('path').text();
  }
  if (kind === 'log' && node.isMap) node.child('times').integer({ min: 1 });
  return { kind, value: node.value ?? null };
}

function checkPort(node: DocumentNode): void {
  if (node.isMap) {
    node.child('port').integer({ min: 1, max: 65_535 });
    node.child('proto').oneOf(['tcp', 'udp']);
    return;
  }
  const text = node.scalarText();
  const match = /^(\d{1,5})(?:\/(?:tcp|udp))?$/.exec(text ?? '');
  const port = Number(match?.[1]);
  if (text !== undefined && !(port >= 1 && port <= 65_535)) {
    node.fail('SCENARIO_WRONG_VALUE', `\`${text}\` is no port`, 'write for example 8080 or "53/udp"');
  }
}
