import type { Json } from '../../core/json.ts';
import type { Scenario } from '../../core/scenario.ts';

/** `scenarios/hello.yaml`, `shop.yaml#2` for a second document, `shop.yaml[db=postgres,tls=true]` of a matrix. */
export function identifyPlan(scenario: Scenario, matrix: Readonly<Record<string, Json>>): string {
  const document = scenario.documentIndex === 0 ? '' : `#${scenario.documentIndex + 1}`;
  const values = Object.entries(matrix).map(([key, value]) => `${key}=${shown(value)}`);
  return `${scenario.file}${document}${values.length === 0 ? '' : `[${values.join(',')}]`}`;
}

function shown(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
