import { createWriteStream } from 'node:fs';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { parseImageReference, renderFamiliar } from '../../core/image-reference.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import { addToStore } from '../../image/add-to-store.ts';
import { type ImageLimits, limitError } from '../../image/image-limits.ts';
import { type LoadedImage, loadImages } from '../../image/load-images.ts';
import { defineCommand } from '../command.ts';
import { openStoreWork } from '../images/open-store-work.ts';
import { untilInterrupted } from '../images/until-interrupted.ts';
import type { Surroundings } from '../surroundings.ts';

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
      if (!flags.quiet) stderr.write(`${line}\n`);
    };
    return untilInterrupted(surroundings, async (signal) => {
      const loaded = await addToStore(options, say, signal, async (context) => {
        const path =
          flags.input === undefined
            ? await keepInput(surroundings, await context.makeScratch(), signal, options.limits)
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

/** An archive is read at random, which a pipe cannot be. */
async function keepInput(
  { stdin }: Surroundings,
  scratch: string,
  signal: AbortSignal,
  limits: ImageLimits,
): Promise<string> {
  const path = join(scratch, 'input');
  await pipeline(limited(stdin.read(), limits), createWriteStream(path, { flags: 'wx', mode: 0o600 }), {
    signal,
  });
  return path;
}

async function* limited(source: AsyncIterable<Uint8Array>, limits: ImageLimits): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of source) {
    bytes += chunk.length;
    if (bytes > limits.archiveBytes) throw limitError('archiveBytes', limits, 'the archive is too large');
    yield chunk;
  }
}
