import type { CaptureSpec } from '../../../core/scenario.ts';
import type { DocumentNode } from '../document-node.ts';
import { optionalKey } from '../optional-key.ts';

const sources = ['stdout', 'stderr', 'output', 'body', 'headers', 'status', 'exit'] as const;

/** `capture: { name: { from: body, json: $.id } }`. */
export function parseCapture(node: DocumentNode): Readonly<Record<string, CaptureSpec>> {
  const captures: Record<string, CaptureSpec> = {};
  for (const [name, entry] of node.entries()) {
    const from = entry.child('from').oneOf(sources);
    if (from === undefined) continue;
    const ways = ['json', 'regex', 'line'].filter((way) => entry.has(way));
    if (ways.length > 1) entry.fail('SCENARIO_CONFLICT', `\`${ways.join('` and `')}\` in one capture`);
    captures[name] = {
      from,
      ...optionalKey('json', entry.child('json').text()),
      ...optionalKey('regex', entry.child('regex').text()),
      ...optionalKey('line', entry.child('line').integer()),
      ...optionalKey('header', entry.child('header').text()),
    };
  }
  return captures;
}
