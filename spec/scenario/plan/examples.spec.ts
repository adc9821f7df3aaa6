import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { renderError } from '../../../src/core/mayfly-error.ts';
import { loadScenarios } from '../../../src/scenario/load/load-scenarios.ts';
import { planScenario } from '../../../src/scenario/plan/plan-scenario.ts';
import { testOptions } from './scenario-builder.ts';

const directory = fileURLToPath(new URL('../../../scenarios', import.meta.url));
const files = readdirSync(directory).filter((name) => name.endsWith('.yaml'));

function load(file: string) {
  const text = readFileSync(join(directory, file), 'utf8');
  return loadScenarios(`scenarios/${file}`, text, { purpose: 'validate' });
}

test('the lessons are there', () => {
  expect(files).toEqual(
    expect.arrayContaining([
      'hello-world.yaml',
      'writable-layer.yaml',
      'services.yaml',
      'sealed-network.yaml',
      'limits.yaml',
      'failure.yaml',
    ]),
  );
});

test.each(files)('%s loads and plans without an error or a warning', (file) => {
  const { scenarios, errors, warnings } = load(file);
  expect([...errors, ...warnings].map((error) => renderError(error))).toEqual([]);
  const options = { ...testOptions, scenarioDirectory: directory };
  const plans = scenarios.flatMap((scenario) => planScenario(scenario, options));
  expect(plans.length).toBeGreaterThan(0);
  for (const plan of plans) {
    expect(plan.steps.length).toBeGreaterThan(0);
    expect(plan.description).not.toBe('');
  }
});

test('what fails on purpose is run only when asked for', () => {
  expect(load('failure.yaml').scenarios.map((scenario) => scenario.tags)).toEqual([['manual']]);
});

test.each(files)('%s tells editors its schema', (file) => {
  expect(readFileSync(join(directory, file), 'utf8')).toMatch(
    /^# yaml-language-server: \$schema=\.\.\/schema\/scenario\.schema\.json\n/,
  );
});
