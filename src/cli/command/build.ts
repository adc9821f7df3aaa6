import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseImageReference, renderFamiliar } from '../../core/image-reference.ts';
import { addToStore } from '../../image/add-to-store.ts';
import { readSource } from '../../image/image-sources.ts';
import { keepImage } from '../../image/keep-image.ts';
import { buildFlags, parseBuildFlags } from '../build/parse-build-flags.ts';
import { PlainProgress } from '../build/plain-progress.ts';
import { defineCommand } from '../command.ts';
import { openStoreWork } from '../images/open-store-work.ts';
import { untilInterrupted } from '../images/until-interrupted.ts';

export const buildCommand = defineCommand({
  flags: buildFlags,
  positional: { name: 'context', what: 'The folder whose files COPY and ADD may take', most: 1 },
  examples: [
    { line: 'build -t shop .', what: 'the Dockerfile of this folder' },
    {
      line: 'build -t shop:test --target test --build-arg VERSION=1.2 web',
      what: 'up to a stage, with an argument',
    },
    { line: 'build --network default .', what: 'where RUN fetches something' },
  ],
  notes: [
    'The same files and arguments give the same image, with the same id, in any folder and at any time: what a step writes is dated by SOURCE_DATE_EPOCH, or 1970. docs/build.md says more.',
    'RUN reaches no network unless --network default says so.',
    'Exit status: 0 built, 1 a command of the Dockerfile failed, 2 the Dockerfile or the command line is wrong, 3 the host cannot, 4 error of the engine or the store, 130 interrupted.',
  ],
  async run({ flags: given, positionals }, surroundings) {
    const { options, names, secrets, progress } = parseBuildFlags(given, positionals[0], surroundings);
    const work = await openStoreWork(surroundings);
    const { stderr, stdout, monotonicMs, workingDirectory } = surroundings;
    const shown = new PlainProgress((text) => stderr.write(text), monotonicMs);
    const onEvent = progress === 'quiet' ? () => {} : shown.add.bind(shown);
    const openBuilder = async () => ({ ...(await work.options.openBuilder()), secrets, onEvent });
    return untilInterrupted(surroundings, async (signal) => {
      const image = await addToStore(
        { ...work.options, openBuilder },
        () => {},
        signal,
        async (context) => {
          const sourced = await readSource(
            { kind: 'build', options: { ...options } },
            { ...context, pull: undefined },
          );
          return keepImage(sourced, names, context);
        },
      );
      if (progress === 'plain')
        for (const name of names)
          stderr.write(`naming to ${renderFamiliar(parseImageReference(name))} done\n`);
      if (given.iidfile !== undefined) writeFileSync(resolve(workingDirectory, given.iidfile), image.id);
      stdout.write(`${image.id}\n`);
      return 0;
    });
  },
});
