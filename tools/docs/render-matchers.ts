import { matchers } from '../../src/scenario/matcher/matchers.ts';
import { operators } from '../../src/scenario/schema/matchers.ts';
import { missingOf, renderMissing } from './availability.ts';
import { code, table } from './markdown.ts';
import { renderTakes } from './render-keys.ts';

/** One row for each matcher (R21), in the order of its table. */
export function renderMatchers(): string {
  const rows = matchers.map(({ name, example }) => {
    const schema = operators[name];
    if (schema === undefined) throw new Error(`the schema has no matcher \`${name}\``);
    const missing = missingOf('matcher', name);
    const status = missing === undefined ? '' : ` ${renderMissing(missing)}`;
    return [code(name), renderTakes(schema), `${String(schema.description)}${status}`, code(example)];
  });
  return table(['matcher', 'takes', 'holds of', 'example'], rows);
}
