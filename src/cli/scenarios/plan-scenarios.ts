import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Json } from '../../core/json.ts';
import { MayflyError, MayflyErrors } from '../../core/mayfly-error.ts';
import type { RunPlan, ScenarioPlan } from '../../core/plan.ts';
import type { Scenario } from '../../core/scenario.ts';
import { findFileProblems } from '../../scenario/plan/find-file-problems.ts';
import type { PlanOptions } from '../../scenario/plan/plan-options.ts';
import { planDefaults } from '../../scenario/plan/plan-options.ts';
import { planScenario } from '../../scenario/plan/plan-scenario.ts';
import type { Surroundings } from '../surroundings.ts';
import type { LoadedFile } from './load-scenario-files.ts';
import type { PlanningValues } from './planning-flags.ts';
import { readTextFile } from './read-text-file.ts';

export interface PlanningChoice {
  readonly flags: PlanningValues;
  readonly vars: Readonly<Record<string, Json>>;
  readonly seed: number;
  readonly runId?: string;
  /** Of the command line or the configuration, for scenarios that name none. */
  readonly timeoutMs?: number;
  /** What a scenario sees as its environment; the runner's own if absent. */
  readonly environmentOf?: (scenario: Scenario) => Surroundings['environment'];
}

/** A plan with the folder its scenario lies in, which reports know nothing of. */
export interface PlannedScenarios extends RunPlan {
  readonly directoryOf: (plan: ScenarioPlan) => string;
  /** Every scenario of the plan's file is among them. */
  readonly isWhole: (plan: ScenarioPlan) => boolean;
}

/** Every scenario of every file, planned, and everything that is wrong with any of them. */
export function planScenarios(
  files: readonly LoadedFile[],
  choice: PlanningChoice,
  surroundings: Surroundings,
): { readonly plan: PlannedScenarios; readonly errors: readonly MayflyError[] } {
  const errors: MayflyError[] = [];
  const directories = new Map<string, string>();
  for (const { path, broken } of files) {
    for (const one of broken) {
      const options = planOptions(dirname(path), one.scenario, choice, surroundings);
      errors.push(...findFileProblems(one, options));
    }
  }
  const scenarios = files.flatMap((file) =>
    file.scenarios.flatMap((scenario) => {
      const directory = dirname(file.path);
      directories.set(scenario.file, directory);
      try {
        return planScenario(scenario, planOptions(directory, scenario, choice, surroundings));
      } catch (error) {
        errors.push(...mayflyErrorsOf(error));
        return [];
      }
    }),
  );
  const directoryOf = (plan: ScenarioPlan): string =>
    directories.get(plan.file) ?? surroundings.workingDirectory;
  return { plan: { seed: choice.seed, scenarios, directoryOf, isWhole: () => true }, errors };
}

function planOptions(
  directory: string,
  scenario: Scenario,
  choice: PlanningChoice,
  { environment }: Surroundings,
): PlanOptions {
  const { flags, vars, seed, runId, timeoutMs } = choice;
  return {
    seed,
    ...(runId === undefined ? {} : { runId }),
    vars,
    env: choice.environmentOf?.(scenario) ?? environment,
    defaults: { ...planDefaults, ...(timeoutMs === undefined ? {} : { timeoutMs }) },
    scenarioDirectory: directory,
    allow: {
      privileged: flags['allow-privileged'],
      hostPaths: allowedHostPaths(flags),
      publish: flags['allow-public-ports'],
    },
    profiles: flags.profile,
    fileExists: existsSync,
    readText: readTextFile,
  };
}

/** From below these, too, scenarios may read and bind. */
export function allowedHostPaths(flags: Pick<PlanningValues, 'allow-host-binds'>): readonly string[] {
  return flags['allow-host-binds'] ? ['/'] : [];
}

function mayflyErrorsOf(error: unknown): readonly MayflyError[] {
  if (error instanceof MayflyErrors) return error.errors;
  if (error instanceof MayflyError) return [error];
  throw error;
}
