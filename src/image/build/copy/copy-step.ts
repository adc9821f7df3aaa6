import { posix } from 'node:path';
import type { LayerEntry } from '../../layer/layer-entry.ts';
import type { StoredLayer } from '../../store/layer-store.ts';
import type { BuildTools } from '../build-tools.ts';
import { noFiles, type StageFiles } from '../stage-files.ts';
import { storeBuiltLayer } from '../store-built-layer.ts';
import { copyEntries } from './copy-entries.ts';
import type { CopyItem } from './copy-item.ts';
import { CopyTarget, type Owner } from './copy-target.ts';
import { parseModeChange } from './parse-mode.ts';
import { resolveOwner } from './resolve-owner.ts';

/** A COPY or ADD whose variables have been replaced. */
export interface CopyWords {
  readonly sources: readonly string[];
  /** Files from the Dockerfile itself. */
  readonly inline: readonly { readonly name: string; readonly content: string }[];
  /** Absolute; a slash at its end is kept. */
  readonly destination: string;
  readonly chown: string | undefined;
  readonly chmod: string | undefined;
  readonly link: boolean;
  /** What of the sources is left out. */
  readonly excludes: readonly string[];
}

/** What is copied becomes a layer. `files`: of the stage as it is; a `--link` does not look at them, but for names of users. */
export async function copyStep(
  words: CopyWords,
  items: readonly CopyItem[],
  files: StageFiles,
  epoch: number,
  tools: BuildTools,
): Promise<StoredLayer | undefined> {
  const root: Owner = { uid: 0, gid: 0 };
  const chown = words.chown === undefined ? undefined : await resolveOwner(words.chown, files);
  const target = new CopyTarget(words.link ? noFiles : files, chown ?? root);
  const changeMode = words.chmod === undefined ? undefined : parseModeChange(words.chmod);
  const plan = {
    items: [...items, ...words.inline.map(toItem)],
    destination: words.destination,
    owner: chown,
    changeMode,
  };
  return storeBuiltLayer(copyEntries(plan, target), 'the layer of a COPY', epoch, tools);
}

function toItem({ name, content }: CopyWords['inline'][number]): CopyItem {
  const bytes = Buffer.from(content);
  async function* entries(): AsyncGenerator<LayerEntry> {
    yield {
      kind: 'file',
      name: '',
      metadata: { mode: 0o644, uid: 0, gid: 0, mtime: { seconds: 0, nanoseconds: 0 }, xattrs: [] },
      sizeBytes: bytes.length,
      content: (async function* () {
        yield bytes;
      })(),
    };
  }
  return { baseName: name, isDirectory: false, entries };
}

/** WORKDIR makes what is missing of its path. */
export async function makeDirectoryStep(
  path: string,
  files: StageFiles,
  epoch: number,
  tools: BuildTools,
): Promise<StoredLayer | undefined> {
  const target = new CopyTarget(files, { uid: 0, gid: 0 });
  const { path: real, isDirectory, exists } = await target.resolve(path);
  if (isDirectory) return undefined;
  if (exists) throw new Error(`${path} is there, and is not a directory`);
  async function* entries(): AsyncGenerator<LayerEntry> {
    yield* target.parents(real);
    yield* target.directory(real, undefined);
  }
  return storeBuiltLayer(entries(), 'the layer of a WORKDIR', epoch, tools);
}

/** Relative ones count from WORKDIR; a slash, `.` or `..` at the end means a directory. */
export function resolveDestination(written: string, workingDir: string): string {
  const isDirectory = /(^|\/)\.{0,2}$/.test(written);
  const path = posix.resolve('/', workingDir, written);
  return isDirectory && path !== '/' ? `${path}/` : path;
}
