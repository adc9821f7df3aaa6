import { isJsonObject } from '../../core/json.ts';
import { type MayflyError, MayflyErrors } from '../../core/mayfly-error.ts';
import type { Scenario } from '../../core/scenario.ts';
import { defineCommand } from '../command.ts';
import { readVars } from '../config/read-vars.ts';
import { checkProfiles } from '../scenarios/check-profiles.ts';
import { loadOptions } from '../scenarios/choose-scenarios.ts';
import { findScenarioFiles } from '../scenarios/find-scenario-files.ts';
import { errorsOf, loadScenarioFiles } from '../scenarios/load-scenario-files.ts';
import { planScenarios } from '../scenarios/plan-scenarios.ts';
import { planningFlags } from '../scenarios/planning-flags.ts';
import type { Output, Surroundings } from '../surroundings.ts';

export const validateCommand = defineCommand({
  flags: planningFlags,
  positional: {
    name: 'paths',
    what: 'Scenario files, or folders of them; by default as for `mayfly test`',
    most: Number.POSITIVE_INFINITY,
  },
  examples: [
    { line: 'validate', what: 'every scenario, also those tagged `manual`' },
    { line: 'validate shop.yaml --var port=80', what: 'with a variable that the file does not declare' },
  ],
  notes: ['All errors of all files are shown at once. Secrets need not be set. Exit status: 0 valid, 2 not.'],
  async run({ flags, positionals }, surroundings) {
    const { workingDirectory, stdout, stderr } = surroundings;
    const vars = readVars(flags.var, flags['vars-file'], workingDirectory);
    const paths = findScenarioFiles(positionals, workingDirectory);
    const files = await loadScenarioFiles(paths, workingDirectory, loadOptions('validate', flags, vars));
    const environmentOf = (scenario: Scenario) => withSecrets(scenario, surroundings);
    const { plan, errors } = planScenarios(
      files,
      { flags, vars, seed: flags.seed ?? 0, environmentOf },
      surroundings,
    );
    const broken = errorsOf(files);
    const found = files.flatMap(({ scenarios }) => scenarios);
    const all = [...broken, ...errors, ...(broken.length > 0 ? [] : checkProfiles(flags.profile, found))];
    if (all.length > 0) throw new MayflyErrors(all);
    await showWarnings(
      plan.scenarios.flatMap(({ warnings }) => warnings),
      stderr,
    );
    const count = plan.scenarios.length;
    stdout.write(`${count} ${count === 1 ? 'scenario is' : 'scenarios are'} valid\n`);
    return 0;
  },
});

/** Whether a file is valid does not depend on secrets being at hand. */
function withSecrets({ document }: Scenario, { environment }: Surroundings): Surroundings['environment'] {
  const { secrets } = document;
  const missing = Object.values(isJsonObject(secrets) ? secrets : {}).flatMap((secret) => {
    const name = isJsonObject(secret) ? secret.environment : undefined;
    return typeof name === 'string' && environment[name] === undefined
      ? [[name, 'not-set-while-validating']]
      : [];
  });
  return missing.length === 0 ? environment : { ...environment, ...Object.fromEntries(missing) };
}

async function showWarnings(warnings: readonly MayflyError[], stderr: Output): Promise<void> {
  if (warnings.length === 0) return;
  const { renderErrors } = await import('../../report/render-errors.ts');
  stderr.write(`${renderErrors(warnings, { color: stderr.hasColor, severity: 'warning' })}\n`);
}
