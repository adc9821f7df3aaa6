import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { displayWidth } from '../../src/report/display-width.ts';
import { renderPlan } from '../../src/report/render-plan.ts';
import { scenarioPlan, shopPlan, step } from './sample-plan.ts';

describe('the plan', () => {
  test.each([80, 120])('looks as recorded at %s columns', async (columns) => {
    const text = renderPlan(shopPlan, { color: false, columns });
    for (const line of text.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(columns);
    await expect(text).toMatchFileSnapshot(`plan-${columns}.golden.txt`);
  });

  test('R8 holds no value of a secret', () => {
    expect(renderPlan(shopPlan, { color: false, columns: 120 })).not.toContain('changeme');
  });

  test('colours are colours only', () => {
    const colored = renderPlan(shopPlan, { color: true, columns: 100 });
    expect(stripVTControlCharacters(colored)).toBe(renderPlan(shopPlan, { color: false, columns: 100 }));
  });

  test('names from a file cannot act upon the terminal', () => {
    const hostile = 'a\x1b[2Jb\x9bc\u202ed';
    const plan = scenarioPlan({
      name: hostile,
      description: hostile,
      skip: hostile,
      steps: [step({ name: hostile })],
    });
    const text = renderPlan({ seed: 1, scenarios: [plan] }, { color: false, columns: 80 });
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u);
  });
});
