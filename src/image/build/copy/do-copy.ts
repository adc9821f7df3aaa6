import type { ImageLimits } from '../../image-limits.ts';
import { DockerIgnore } from '../context/docker-ignore.ts';
import { expandHeredoc } from '../dockerfile/expand-word.ts';
import type { CopyInstruction } from '../dockerfile/parsed-instruction.ts';
import type { StageBuilder, Step } from '../stage-builder.ts';
import { lookUp, type StageState } from '../stage-state.ts';
import { openArchiveItem } from './archive-item.ts';
import { type ContextItem, findContextItems } from './context-items.ts';
import type { CopyItem } from './copy-item.ts';
import { type CopyWords, copyStep, resolveDestination } from './copy-step.ts';
import { findStageItems } from './stage-items.ts';

/** A COPY or ADD as a step: what is copied is known by its content, or by the layers it comes from. */
export async function doCopy(builder: StageBuilder, state: StageState, copy: CopyInstruction): Promise<Step> {
  const { work } = builder;
  const expand = (word: string): string => builder.expand(state, word);
  const optional = (word: string | undefined): string | undefined =>
    word === undefined ? undefined : expand(word);
  const words: CopyWords = {
    sources: copy.sources.map(expand),
    inline: copy.inline.map(({ name, content, expands }) => ({
      name,
      content: expands ? expandHeredoc(content, (each) => lookUp(state, each)) : content,
    })),
    destination: resolveDestination(expand(copy.destination), state.config.workingDir),
    chown: optional(copy.chown),
    chmod: optional(copy.chmod),
    link: copy.link,
    excludes: copy.excludes.map(expand),
  };
  const excludes = new DockerIgnore(words.excludes.join('\n'));
  const leaveOut = (name: string): boolean => excludes.ignores(name);
  const epoch = work.request.sourceDateEpoch;
  const fromName = optional(copy.from);
  const directory =
    fromName !== undefined && work.isDirectory(fromName, builder.stage) ? fromName : undefined;
  if (fromName !== undefined && directory === undefined) {
    const from = await work.sourceOf(fromName, builder.stage);
    return {
      key: ['copy', words, from.layers.map(({ diffId }) => diffId)],
      make: async () => {
        await using sourceFiles = await builder.filesOf(from);
        const found = [];
        for (const source of words.sources)
          found.push(...(await findStageItems(sourceFiles, source, leaveOut, work.tools.limits)));
        await using files = await builder.filesOf(state);
        return await copyStep(words, found, files, epoch, work.tools);
      },
    };
  }
  const items = words.sources.flatMap((source) =>
    findContextItems(work.context(directory), source, leaveOut),
  );
  const unpacks = copy.isAdd && copy.unpack !== false;
  const content = [];
  for (const item of items)
    content.push([
      item.baseName,
      item.isDirectory,
      await work.digests.digestAll(item.files(), work.tools.nowMs()),
    ]);
  return {
    key: ['copy', words, unpacks, content],
    make: async () => {
      await using files = await builder.filesOf(state);
      const brought = unpacks ? await unpackArchives(items, work.tools.limits) : items;
      return await copyStep(words, brought, files, epoch, work.tools);
    },
  };
}

async function unpackArchives(
  items: readonly ContextItem[],
  limits: ImageLimits,
): Promise<readonly CopyItem[]> {
  return Promise.all(
    items.map(async (item) => {
      const [file] = item.isDirectory ? [] : item.files();
      return (file?.kind === 'file' ? await openArchiveItem(file.path, limits) : undefined) ?? item;
    }),
  );
}
