import type { LoadOptions } from '../../scenario/load/load-scenarios.ts';
import { readVars } from '../config/read-vars.ts';
import type { Surroundings } from '../surroundings.ts';
import { findScenarioFiles } from './find-scenario-files.ts';
import { loadScenarioFiles, throwLoadErrors } from './load-scenario-files.ts';
import type { PlanningValues, SelectionValues } from './planning-flags.ts';
import { type PlannedScenarios, planScenarios } from './plan-scenarios.ts';
import { selectScenarios } from './select-scenarios.ts';

export interface ScenarioChoice {
  readonly paths: readonly string[];
  readonly flags: PlanningValues & SelectionValues;
  readonly purpose: NonNullable<LoadOptions['purpose']>;
  readonly runId?: string;
  readonly timeoutMs?: number;
}

/** From paths and flags to the plans that are meant. All that is wrong with any file is thrown before anything is done. */
export function chooseScenarios(choice: ScenarioChoice, surroundings: Surroundings): PlannedScenarios {
  const { paths, flags, purpose, runId, timeoutMs } = choice;
  const { workingDirectory } = surroundings;
  const vars = readVars(flags.var, flags['vars-file'], workingDirectory);
  const files = loadScenarioFiles(findScenarioFiles(paths, workingDirectory), workingDirectory, loadOptions(purpose, flags, vars));
  throwLoadErrors(files);
  const seed = flags.seed ?? surroundings.randomBytes(4).reduce((number, byte) => number * 256 + byte, 0);
  const planned = planScenarios(
    files,
    {
      flags,
      vars,
      seed,
      ...(runId === undefined ? {} : { runId }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    },
    surroundings,
  );
  return { ...planned, scenarios: selectScenarios(planned.scenarios, flags) };
}

export function loadOptions(
  purpose: ScenarioChoice['purpose'],
  flags: PlanningValues,
  vars: Readonly<Record<string, unknown>>,
): LoadOptions {
  return {
    purpose,
    vars: Object.keys(vars),
    allow: {
      privileged: flags['allow-privileged'],
      hostBinds: flags['allow-host-binds'],
      publicPorts: flags['allow-public-ports'],
    },
  };
}
