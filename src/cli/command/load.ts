import { resolve } from 'node:path';
import { parseImageReference, renderFamiliar } from '../../core/image-reference.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import { addToStore } from '../../image/add-to-store.ts';
import { type LoadedImage, loadImages } from '../../image/load-images.ts';
import { defineCommand } from '../command.ts';
import { keepInput } from '../images/keep-input.ts';
import { openStoreWork } from '../images/open-store-work.ts';
import { untilInterrupted } from '../images/until-interrupted.ts';

export const loadCommand = defineCommand({
  flags: {
    input: { kind: 'text', short: 'i', value: 'FILE', what: 'The archive; standard input by default' },
    quiet: { kind: 'switch', short: 'q', what: 'Say nothing of what is going on' },
  },
  examples: [
    { line: 'load -i app.tar', what: 'every image of it, under the names it has there' },
    { line: 'load < app.tar.gz', what: 'the same, from a pipe; gzip and zstd are unpacked' },
  ],
  notes: [
    'Reads what `docker save`, `podman save`, `buildah push`, `skopeo copy` and BuildKit write: docker-save and OCI archives. Every digest is verified before anything of an image can be seen.',
  ],
  async run({ flags }, surroundings) {
    const { stdin, stderr, stdout, workingDirectory } = surroundings;
    if (flags.input === undefined && stdin.isTerminal)
      throw new MayflyError('CLI_USAGE', 'there is no archive', { hint: 'write `mayfly load -i FILE`' });
    const { options } = await openStoreWork(surroundings);
    const say = (line: string): void => {
      // What is wrong with the archive is not hidden.
      if (!flags.quiet || line.startsWith('warning:')) stderr.write(`${line}\n`);
    };
    return untilInterrupted(surroundings, async (signal) => {
      const loaded = await addToStore(options, say, signal, async (context) => {
        const path =
          flags.input === undefined
            ? await keepInput(surroundings, context)
            : resolve(workingDirectory, flags.input);
        return loadImages(path, context);
      });
      stdout.write(loaded.flatMap(describe).join(''));
      return 0;
    });
  },
});

function describe({ image, references }: LoadedImage): readonly string[] {
  if (references.length === 0) return [`Loaded image ID: ${image.id}\n`];
  return references.map((reference) => `Loaded image: ${renderFamiliar(parseImageReference(reference))}\n`);
}
