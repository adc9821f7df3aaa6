import { MayflyError } from '../../core/mayfly-error.ts';
import type { RunPlan } from '../../core/plan.ts';
import { createMasker } from '../../scenario/mask/create-masker.ts';
import { describePlan } from '../../scenario/plan/describe-plan.ts';
import type { Flags } from '../arguments/flag.ts';
import { defineCommand } from '../command.ts';
import { readConfig } from '../config/find-config.ts';
import { chooseScenarios } from '../scenarios/choose-scenarios.ts';
import { planningFlags, selectionFlags } from '../scenarios/planning-flags.ts';
import type { Output } from '../surroundings.ts';

/** Of `--format json`; it changes when a field changes its meaning or goes. */
const planVersion = 1;

const flags = {
  ...selectionFlags,
  format: { kind: 'text', value: 'FORMAT', what: 'table (for people, the default) or json (for programs)' },
  ...planningFlags,
} as const satisfies Flags;

export const planCommand = defineCommand({
  flags,
  positional: {
    name: 'paths',
    what: 'Scenario files, or folders of them; by default as for `mayfly test`',
    most: Number.POSITIVE_INFINITY,
  },
  examples: [
    { line: 'plan shop.yaml', what: 'images, networks, services in their order, steps' },
    { line: 'plan --format json --seed 7', what: 'the same as one JSON document' },
  ],
  notes: ['Needs no Linux. Values of secrets are masked.'],
  async run({ flags: given, positionals }, surroundings) {
    const format = given.format ?? 'table';
    if (format !== 'table' && format !== 'json') {
      throw new MayflyError('CLI_USAGE', `there is no format \`${format}\``, {
        hint: 'the formats are table and json',
      });
    }
    const { timeoutMs } = await readConfig(surroundings.workingDirectory);
    const plan = await chooseScenarios(
      {
        paths: positionals,
        flags: given,
        purpose: 'validate',
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
      },
      surroundings,
    );
    const text = format === 'json' ? renderJson(plan) : await renderTable(plan, surroundings.stdout);
    surroundings.stdout.write(maskSecrets(text, plan));
    return 0;
  },
});

function renderJson({ seed, shard, scenarios }: RunPlan): string {
  return `${JSON.stringify({ format: 'mayfly-plan', version: planVersion, seed, ...(shard === undefined ? {} : { shard }), scenarios: scenarios.map(describePlan) }, null, 2)}\n`;
}

async function renderTable(plan: RunPlan, { hasColor, columns }: Output): Promise<string> {
  const { renderPlan } = await import('../../report/render-plan.ts');
  return renderPlan(plan, { color: hasColor, columns });
}

/** A command or a mount may have been made of a secret (language.md R8). */
function maskSecrets(text: string, { scenarios }: RunPlan): string {
  return scenarios.reduce((masked, { secrets }) => createMasker(secrets).text(masked), text);
}
