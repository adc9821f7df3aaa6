import type { Flags } from '../arguments/flag.ts';
import { defineCommand } from '../command.ts';
import { chooseDirectories } from '../host/directories.ts';
import { openEngine } from '../host/open-engine.ts';
import { openImages } from '../host/open-images.ts';
import { sayLine } from '../images/say-line.ts';
import { untilInterrupted } from '../images/until-interrupted.ts';
import { LockingImages, unlock } from '../lock/lock-images.ts';
import { chooseScenarios } from '../scenarios/choose-scenarios.ts';
import { planningFlags, selectionFlags } from '../scenarios/planning-flags.ts';
import { showPath } from '../scenarios/show-path.ts';

const flags = { ...selectionFlags, ...planningFlags } as const satisfies Flags;

export const lockCommand = defineCommand({
  flags,
  positional: {
    name: 'paths',
    what: 'Scenario files, or folders of them; by default as for `mayfly test`',
    most: Number.POSITIVE_INFINITY,
  },
  examples: [
    { line: 'lock', what: 'writes mayfly.lock beside the scenarios' },
    { line: 'test --locked', what: 'runs with those images and refuses others' },
  ],
  notes: [
    'Each image is asked for anew and made ready; nothing is run. The lock has digests of images of registries, the packages of Debian ones, and ids of archives, layouts and root file systems.',
  ],
  async run({ flags: given, positionals }, surroundings) {
    const chosen = await chooseScenarios({ paths: positionals, flags: given, purpose: 'run' }, surroundings);
    const plan = unlock(chosen);
    const directories = chooseDirectories(surroundings);
    const engine = await openEngine(plan.seed, directories, surroundings);
    const images = new LockingImages(await openImages(engine, directories, surroundings));
    return untilInterrupted(surroundings, async (signal) => {
      for (const request of plan.scenarios.flatMap((scenario) => scenario.images)) {
        if (request.source.kind === 'host') continue;
        const say = (line: string): void => sayLine(surroundings.stderr, `image ${request.name}: ${line}`);
        await images.prepare(request, say, signal);
      }
      const written = await images.write(plan, surroundings.randomBytes);
      for (const { path, images: count } of written)
        surroundings.stdout.write(`${showPath(path, surroundings.workingDirectory)}: ${count} images\n`);
      if (written.length === 0) surroundings.stdout.write('no image that could change\n');
      return 0;
    });
  },
});
