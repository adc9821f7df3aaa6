import { expect } from 'vitest';
import type { ScenarioPlan } from '../../../src/core/plan.ts';
import { loadScenarios } from '../../../src/scenario/load/load-scenarios.ts';
import { allowNothing, planDefaults } from '../../../src/scenario/plan/plan-options.ts';
import { planScenario } from '../../../src/scenario/plan/plan-scenario.ts';
import { type Ran, type RunOptions, runFake } from './runner-kit.ts';

/** The whole way, from text to outcome: load, plan, run. */
export async function runYaml(text: string, options: RunOptions = {}): Promise<Ran> {
  return runFake(plansOf(text), options);
}

export function plansOf(text: string): readonly ScenarioPlan[] {
  const { scenarios, errors } = loadScenarios('shop.yaml', text, { purpose: 'run' });
  expect(errors.map(({ message }) => message)).toEqual([]);
  return scenarios.flatMap((scenario) =>
    planScenario(scenario, {
      seed: 1,
      vars: {},
      env: {},
      defaults: planDefaults,
      scenarioDirectory: '/nonexistent',
      allow: allowNothing,
      profiles: [],
      fileExists: () => false,
      readText: () => '',
    }),
  );
}
