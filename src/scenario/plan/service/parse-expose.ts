import type { ServicePlan } from '../../../core/plan.ts';
import type { DocumentNode } from '../document-node.ts';

/** `expose:`: `8080`, `"53/udp"`, `"8080-8089"`. */
export function parseExpose(node: DocumentNode): ServicePlan['exposes'] {
  if (!node.present) return undefined;
  return node.items().flatMap((item) => {
    const text = item.scalarText();
    if (text === undefined) return [];
    const [, first, last = first, protocol = 'tcp'] =
      /^(\d{1,5})(?:-(\d{1,5}))?(?:\/(tcp|udp))?$/.exec(text) ?? [];
    const [from, to] = [Number(first), Number(last)];
    if (!(from >= 1 && to >= from && to <= 65_535)) {
      item.fail('SCENARIO_WRONG_VALUE', `\`${text}\` is no port`, 'write for example 8080 or "53/udp"');
      return [];
    }
    return Array.from({ length: to - from + 1 }, (_unused, index) => ({
      port: from + index,
      protocol: protocol === 'udp' ? 'udp' : 'tcp',
    }));
  });
}
