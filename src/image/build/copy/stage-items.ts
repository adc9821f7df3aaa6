import { posix } from 'node:path';
import type { ImageLimits } from '../../image-limits.ts';
import type { LayerEntry } from '../../layer/layer-entry.ts';
import { readLayerEntries } from '../../tar/layer-entries.ts';
import { compilePathPattern } from '../context/path-pattern.ts';
import { resolveInStage, type StageFiles } from '../stage-files.ts';
import type { CopyItem } from './copy-item.ts';

/** What a source of `COPY --from` names in another stage or image. `leaveOut` as in `findContextItems`. */
export async function findStageItems(
  files: StageFiles,
  source: string,
  leaveOut: (name: string) => boolean,
  limits: ImageLimits,
): Promise<readonly CopyItem[]> {
  const path = posix.resolve('/', source);
  if (!/[*?[]/.test(path)) return [await toItem(files, path.replaceAll(/\\(.)/g, '$1'), leaveOut, limits)];
  const found = await findMatches(files, path, limits);
  if (found.length === 0) throw new Error(`\`${source}\` matches nothing there`);
  const kept = found.filter((each) => !leaveOut(posix.basename(each)));
  return Promise.all(kept.map((each) => toItem(files, each, leaveOut, limits)));
}

async function toItem(
  files: StageFiles,
  path: string,
  leaveOut: (name: string) => boolean,
  limits: ImageLimits,
): Promise<CopyItem> {
  const { path: real, facts } = await resolveInStage(files, path);
  if (facts === undefined) throw new Error(`\`${path}\` is not there`);
  return {
    baseName: posix.basename(path),
    isDirectory: facts.type === 'directory',
    entries: () => readBelow(files, real, leaveOut, limits),
  };
}

/** The archive's root entry has the base name; of a link to it, entries are named from there too. */
async function* readBelow(
  files: StageFiles,
  path: string,
  leaveOut: (name: string) => boolean,
  limits: ImageLimits,
): AsyncGenerator<LayerEntry> {
  const own = path === '/' ? '.' : posix.basename(path);
  const below = (name: string): string => name.replace(/\/$/, '').slice(own.length + 1);
  const leftOut = new Map<string, LayerEntry>();
  /** By the name of a file that was left out, the first kept one of its other names. */
  const instead = new Map<string, string>();
  for await (const entry of readLayerEntries(files.readArchive(path), limits)) {
    const name = below(entry.name);
    if (name !== '' && leaveOut(name)) {
      leftOut.set(name, entry);
      continue;
    }
    if (entry.kind !== 'hardlink') {
      yield { ...entry, name };
      continue;
    }
    const target = below(entry.target);
    const first = leftOut.get(target);
    const known = instead.get(target);
    if (first === undefined || known !== undefined) yield { kind: 'hardlink', name, target: known ?? target };
    else {
      instead.set(target, name);
      yield first.kind === 'file'
        ? { ...first, name, content: readContent(files, posix.join(path, name), limits) }
        : { ...first, name };
    }
  }
}

/** Of one file. */
async function* readContent(
  files: StageFiles,
  path: string,
  limits: ImageLimits,
): AsyncGenerator<Uint8Array> {
  for await (const entry of readLayerEntries(files.readArchive(path), limits))
    if (entry.kind === 'file') yield* entry.content;
}

/** The names that a pattern matches, by a listing of what lies below its first components that are no pattern. */
async function findMatches(
  files: StageFiles,
  pattern: string,
  limits: ImageLimits,
): Promise<readonly string[]> {
  const components = pattern.split('/');
  const first = components.findIndex((component) => /[*?[]/.test(component));
  const base = components.slice(0, first).join('/') || '/';
  const { path: real, facts } = await resolveInStage(files, base);
  if (facts?.type !== 'directory') return [];
  const matches = compilePathPattern(components.slice(first).join('/'), { crossing: false });
  const found: string[] = [];
  const own = real === '/' ? '.' : posix.basename(real);
  for await (const entry of readLayerEntries(files.readArchive(real), limits)) {
    const name = entry.name.replace(/\/$/, '').slice(own.length + 1);
    if (name !== '' && matches(name)) found.push(posix.join(base, name));
  }
  return found;
}
