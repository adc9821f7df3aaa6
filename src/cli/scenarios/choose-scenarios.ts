import { MayflyErrors } from '../../core/mayfly-error.ts';
import type { LoadOptions } from '../../scenario/load/load-scenarios.ts';
import { readVars } from '../config/read-vars.ts';
import type { Surroundings } from '../surroundings.ts';
import { checkProfiles } from './check-profiles.ts';
import { findScenarioFiles } from './find-scenario-files.ts';
import { errorsOf, loadScenarioFiles } from './load-scenario-files.ts';
import { type PlannedScenarios, planScenarios } from './plan-scenarios.ts';
import type { PlanningValues, SelectionValues } from './planning-flags.ts';
import { isWanted, selectByName, selectByTags } from './select-scenarios.ts';
import { parseShard, selectShard } from './select-shard.ts';

export interface ScenarioChoice {
  readonly paths: readonly string[];
  readonly flags: PlanningValues & SelectionValues;
  readonly purpose: NonNullable<LoadOptions['purpose']>;
  readonly runId?: string;
  readonly timeoutMs?: number;
}

/** From paths and flags to the plans that are meant. All that is wrong with any file is thrown before anything is done. */
export async function chooseScenarios(
  choice: ScenarioChoice,
  surroundings: Surroundings,
): Promise<PlannedScenarios> {
  const { paths, flags, purpose, runId, timeoutMs } = choice;
  const { workingDirectory } = surroundings;
  const shard = flags.shard === undefined ? undefined : parseShard(flags.shard);
  const vars = readVars(flags.var, flags['vars-file'], workingDirectory);
  const files = await loadScenarioFiles(findScenarioFiles(paths, workingDirectory), workingDirectory, {
    ...loadOptions(purpose, flags, vars),
    isWanted: (tags) => isWanted(tags, flags.tag),
  });
  const broken = errorsOf(files);
  const found = files.flatMap(({ scenarios }) => scenarios);
  // That none is left may be because of what is wrong: then that is to be said.
  const tagged =
    broken.length > 0
      ? found.filter(({ tags }) => isWanted(tags, flags.tag))
      : selectByTags(found, flags.tag);
  const seed = flags.seed ?? surroundings.randomBytes(4).reduce((number, byte) => number * 256 + byte, 0);
  const { plan, errors } = planScenarios(
    files.map((file) => ({ ...file, scenarios: file.scenarios.filter((each) => tagged.includes(each)) })),
    {
      flags,
      vars,
      seed,
      ...(runId === undefined ? {} : { runId }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    },
    surroundings,
  );
  const all = [...broken, ...errors, ...(broken.length > 0 ? [] : checkProfiles(flags.profile, found))];
  if (all.length > 0) throw new MayflyErrors(all);
  const named = { ...plan, scenarios: selectByName(plan.scenarios, flags.grep) };
  const part = shard === undefined ? named : selectShard(named, shard, flags.seed ?? 0);
  const partial = new Set([
    ...files.flatMap((file) =>
      file.scenarios.filter((each) => !tagged.includes(each)).map(({ file: name }) => name),
    ),
    ...plan.scenarios.filter((each) => !part.scenarios.includes(each)).map(({ file: name }) => name),
  ]);
  return { ...plan, ...part, isWhole: ({ file }) => !partial.has(file) };
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
