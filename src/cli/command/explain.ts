import type { Image, ImageProvider } from '../../core/image.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { ScenarioPlan } from '../../core/plan.ts';
import { renderTape } from '../../engine/linux/tape/render.ts';
import { storePaths } from '../../image/store/store-paths.ts';
import { createMasker } from '../../scenario/mask/create-masker.ts';
import { defineCommand } from '../command.ts';
import { readExplainFacts } from '../explain/explain-facts.ts';
import { explainSandbox } from '../explain/explain-sandbox.ts';
import { chooseDirectories } from '../host/directories.ts';
import { openEngine } from '../host/open-engine.ts';
import { openImages } from '../host/open-images.ts';
import { chooseScenarios } from '../scenarios/choose-scenarios.ts';
import { planningFlags, selectionFlags } from '../scenarios/planning-flags.ts';

export const explainCommand = defineCommand({
  flags: { ...selectionFlags, ...planningFlags },
  positional: { name: 'file', what: 'A scenario file', most: 1 },
  examples: [
    { line: 'explain shop.yaml', what: 'every operation, numbered as error messages number them' },
    { line: 'explain limits.yaml --grep rights', what: 'of one of its scenarios' },
  ],
  notes: [
    'Prepares the images, and starts nothing. Slots (s64) are descriptors; those, streams and pids are examples.',
    'A failed launch names its operation by number and errno: look it up here, and see its man page.',
  ],
  async run({ flags, positionals }, surroundings) {
    if (positionals.length === 0)
      throw new MayflyError('CLI_USAGE', 'which file?', { hint: 'write `mayfly explain FILE`' });
    const plan = await chooseScenarios({ paths: positionals, flags, purpose: 'run' }, surroundings);
    const directories = chooseDirectories(surroundings);
    const engine = await openEngine(plan.seed, directories, surroundings);
    const provider = await openImages(engine, directories, surroundings);
    const facts = await readExplainFacts(storePaths(directories.store).layers, plan.seed, surroundings);
    for (const scenario of plan.scenarios) {
      const tapes = explainSandbox(scenario, await prepareImages(scenario, provider), facts);
      const sections = tapes.map(({ title, notes, tape }) =>
        [`## ${title}`, ...(notes === undefined ? [] : [notes]), `${renderTape(tape)}\n`].join('\n\n'),
      );
      const text = [`# ${scenario.name} (${scenario.id})\n`, ...sections].join('\n');
      surroundings.stdout.write(`${createMasker(scenario.secrets).text(text)}\n`);
    }
    return 0;
  },
});

async function prepareImages(
  plan: ScenarioPlan,
  provider: ImageProvider,
): Promise<ReadonlyMap<string, Image>> {
  const { signal } = new AbortController();
  const images = new Map<string, Image>();
  for (const request of plan.images)
    images.set(request.name, await provider.prepare(request, () => {}, signal));
  return images;
}
