import type { Readable } from 'node:stream';
import type { FileFacts } from '../../core/engine.ts';

/** The files of a stage as they are, to be looked at: what `Container` offers of one that only waits. */
export interface StageFiles {
  stat(path: string, options?: { readonly followLinks?: boolean }): Promise<FileFacts | undefined>;
  readFile(path: string, maxBytes: number): Promise<Uint8Array>;
  readArchive(path: string): Readable;
}

/** Of a stage that begins from scratch. */
export const noFiles: StageFiles = {
  stat: async (path) =>
    path === '/'
      ? { type: 'directory', mode: 0o755, uid: 0, gid: 0, sizeBytes: 0, modifiedAtMs: 0 }
      : undefined,
  readFile: async () => new Uint8Array(),
  readArchive: (path) => {
    throw new Error(`${path} is not there`);
  },
};

/** Links within links, as the kernel's own limit. */
const mostLinks = 40;

export interface ResolvedPath {
  /** Without links; parts that do not exist stand as they were named. */
  readonly path: string;
  readonly facts: FileFacts | undefined;
}

/** Follows links of all components within the root, also of the last one. */
export async function resolveInStage(files: StageFiles, path: string): Promise<ResolvedPath> {
  let pending = split(path);
  let at: readonly string[] = [];
  let facts = await files.stat('/');
  for (let links = 0; ; ) {
    const [component, ...rest] = pending;
    if (component === undefined) return { path: `/${at.join('/')}`, facts };
    pending = rest;
    if (component === '..') {
      at = at.slice(0, -1);
      facts = await files.stat(`/${at.join('/')}`);
      continue;
    }
    const next = [...at, component];
    facts = facts === undefined ? undefined : await files.stat(`/${next.join('/')}`, { followLinks: false });
    if (facts?.type !== 'symlink') {
      at = next;
      continue;
    }
    links += 1;
    if (links > mostLinks) throw new Error(`${path} leads through too many links`);
    const target = facts.target ?? '';
    if (target.startsWith('/')) at = [];
    pending = [...split(target), ...pending];
    facts = await files.stat(`/${at.join('/')}`);
  }
}

function split(path: string): readonly string[] {
  return path.split('/').filter((component) => component !== '' && component !== '.');
}
