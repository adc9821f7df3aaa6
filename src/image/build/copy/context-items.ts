import { readlinkSync } from 'node:fs';
import { posix } from 'node:path';
import { copiedFile } from '../../host/copied-file.ts';
import type { LayerEntry } from '../../layer/layer-entry.ts';
import type { LayerMetadata } from '../../layer-writer.ts';
import { type BuildContext, type ContextFile, modeOf } from '../context/build-context.ts';
import { compilePathPattern } from '../context/path-pattern.ts';
import type { CopyItem } from './copy-item.ts';

export interface ContextItem extends CopyItem {
  readonly files: () => Iterable<ContextFile>;
}

/**
 * What a source of COPY names in the context. A link that is named is followed, those within a directory are copied. `leaveOut`
 * judges names as they are within an item, and the items that a pattern brings by their own.
 */
export function findContextItems(
  context: BuildContext,
  source: string,
  leaveOut: (name: string) => boolean,
): readonly ContextItem[] {
  const name = posix.resolve('/', source).slice(1);
  if (!/[*?[]/.test(name)) {
    const file = context.resolve(name.replaceAll(/\\(.)/g, '$1'));
    if (file === undefined) throw new Error(`\`${source}\` is not in the build context, or is ignored`);
    return [toItem(context, file, name, leaveOut)];
  }
  const matches = compilePathPattern(name, { crossing: false });
  const found = [...context.names()].filter((each) => each !== '' && matches(each));
  if (found.length === 0) throw new Error(`\`${source}\` matches nothing in the build context`);
  return found.flatMap((each) => {
    if (leaveOut(posix.basename(each))) return [];
    const file = context.resolve(each);
    return file === undefined ? [] : [toItem(context, file, each, leaveOut)];
  });
}

function toItem(
  context: BuildContext,
  file: ContextFile,
  named: string,
  leaveOut: (name: string) => boolean,
): ContextItem {
  const isDirectory = file.kind === 'directory';
  const files = function* (): Generator<ContextFile> {
    for (const each of context.below(file.name))
      if (each === file || !leaveOut(nameWithin(each, file.name))) yield each;
  };
  return {
    baseName: posix.basename(named),
    isDirectory,
    files,
    entries: () => toEntries(files(), file.name),
  };
}

async function* toEntries(files: Iterable<ContextFile>, root: string): AsyncGenerator<LayerEntry> {
  for (const file of files) yield toEntry(file, nameWithin(file, root));
}

function nameWithin({ name }: ContextFile, root: string): string {
  return name.slice(root === '' ? 0 : root.length + 1);
}

function toEntry(file: ContextFile, name: string): LayerEntry {
  const { kind, path, facts } = file;
  const changedAtNs = file.name === '' ? 0n : facts.mtimeNs;
  const metadata: LayerMetadata = {
    mode: modeOf(file),
    uid: 0,
    gid: 0,
    mtime: { seconds: Math.max(0, Number(changedAtNs / 1_000_000_000n)), nanoseconds: 0 },
    xattrs: [],
  };
  switch (kind) {
    case 'directory':
      return { kind, name, metadata };
    case 'symlink':
      return { kind, name, target: readlinkSync(path), metadata };
    case 'file':
      return { kind, name, metadata, sizeBytes: Number(facts.size), content: copiedFile(path, facts) };
    default:
      return kind satisfies never;
  }
}
