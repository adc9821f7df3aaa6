import { isJsonObject, type Json } from '../../core/json.ts';
import type { InvariantPlan, ServicePlan } from '../../core/plan.ts';
import type { SourceLocation } from '../../core/source-location.ts';
import { invariantFacts } from '../load/check/check-invariants.ts';
import type { DocumentNode } from './document-node.ts';

/** What has to hold all the time; of a scaled service, in each of its containers. */
export function planInvariants(
  invariants: DocumentNode,
  services: readonly ServicePlan[],
  locate: (pointer: string) => SourceLocation,
): readonly InvariantPlan[] {
  return invariants.items().flatMap((node) => {
    const expect = Object.fromEntries(
      invariantFacts.flatMap((fact): readonly (readonly [string, Json])[] => {
        const { value } = node.child(fact);
        return value === undefined ? [] : [[fact, value]];
      }),
    );
    const service = node.child('service').text();
    const name =
      node.child('name').text() ?? `${service ?? ''}: ${Object.entries(expect).map(render).join(', ')}`;
    return services
      .filter((plan) => plan.name === service || plan.instanceOf === service)
      .map((plan) => ({ name, at: locate(node.pointer), service: plan.name, expect }));
  });
}

function render([fact, matcher]: readonly [string, Json]): string {
  return `${fact} ${isJsonObject(matcher) ? JSON.stringify(matcher) : String(matcher)}`;
}
