import type { ScenarioPlanned } from '../core/event.ts';
import { renderPrintableLine } from './printable.ts';

/** The name of a scenario with the values of its matrix: `shop [db=postgres]`. */
export function renderScenarioName(scenario: Pick<ScenarioPlanned, 'name' | 'matrix'>): string {
  const values = Object.entries(scenario.matrix).map(
    ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return renderPrintableLine(`${scenario.name}${values.length === 0 ? '' : ` [${values.join(', ')}]`}`);
}
