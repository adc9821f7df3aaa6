import { randomBytes } from 'node:crypto';
import { chmod, copyFile, lstat, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';
import type { Image } from '../../../src/core/image.ts';
import type { BuildEvent } from '../../../src/image/build/build-event.ts';
import type { BuildOptions } from '../../../src/image/build/read-build-request.ts';
import { defaultImageLimits } from '../../../src/image/image-limits.ts';
import { readTar } from '../../../src/image/tar/read-tar.ts';
import { type LinuxKit, launcherPath, linuxEngineFor } from '../../engine/linux/linux-kit.ts';

/** What the tests' base image has of Busybox. */
const applets = [
  ...[
    'sh',
    'cat',
    'chmod',
    'chown',
    'cp',
    'echo',
    'env',
    'false',
    'find',
    'id',
    'ln',
    'ls',
    'mkdir',
    'mkfifo',
  ],
  ...[
    'mv',
    'printf',
    'pwd',
    'rm',
    'rmdir',
    'sleep',
    'stat',
    'test',
    'touch',
    'tr',
    'true',
    'wc',
    'date',
    'sort',
  ],
];

const passwd = 'root:x:0:0:root:/root:/bin/sh\napp:x:1000:1001:app:/home/app:/bin/sh\n';
const group = 'root:x:0:\napp:x:1001:\nstaff:x:50:\n';

/** A small system with links to directories, users, and a mode of each kind. */
async function makeBaseTar(): Promise<Buffer> {
  const tar = pack();
  const at = { mtime: new Date(1_600_000_000_000), uid: 0, gid: 0 };
  for (const name of ['usr', 'usr/bin', 'usr/lib', 'etc', 'root', 'home'])
    tar.entry({ name, type: 'directory', mode: name === 'root' ? 0o700 : 0o755, ...at });
  tar.entry({ name: 'tmp', type: 'directory', mode: 0o1777, ...at });
  tar.entry({ name: 'home/app', type: 'directory', mode: 0o750, ...at, uid: 1000, gid: 1001 });
  tar.entry({ name: 'bin', type: 'symlink', linkname: 'usr/bin', ...at });
  tar.entry({ name: 'lib', type: 'symlink', linkname: 'usr/lib', ...at });
  tar.entry({ name: 'usr/bin/busybox', mode: 0o755, ...at }, await readFile('/bin/busybox'));
  for (const applet of applets)
    tar.entry({ name: `usr/bin/${applet}`, type: 'symlink', linkname: 'busybox', ...at });
  tar.entry({ name: 'etc/passwd', mode: 0o644, ...at }, passwd);
  tar.entry({ name: 'etc/group', mode: 0o644, ...at }, group);
  tar.finalize();
  return buffer(tar);
}

/** A file's content; a link's target with `->` before it; an empty directory with a slash at the end of its name. */
export type ContextFiles = Readonly<Record<string, string | Uint8Array>>;

export interface Built {
  readonly image: Image;
  readonly events: readonly BuildEvent[];
}

/** A store and an engine of the tests' own, in which small contexts are built. */
export class BuildBench implements AsyncDisposable {
  readonly folder: string;
  readonly #kit: LinuxKit;
  readonly #secrets: Record<string, Uint8Array>;
  #events: BuildEvent[] = [];
  #contexts = 0;

  private constructor(
    folder: string,
    kit: LinuxKit,
    secrets: Record<string, Uint8Array>,
    events: BuildEvent[],
  ) {
    this.folder = folder;
    this.#kit = kit;
    this.#secrets = secrets;
    this.#events = events;
  }

  static async open(): Promise<BuildBench> {
    const folder = await mkdtemp(join(tmpdir(), 'mayfly-build-'));
    const secrets: Record<string, Uint8Array> = {};
    const events: BuildEvent[] = [];
    const onEvent = (event: BuildEvent): void => void events.push(event);
    const kit = await linuxEngineFor(folder, launcherPath, process.env, { secrets, onEvent });
    await writeFile(join(folder, 'base.tar'), await makeBaseTar());
    return new BuildBench(folder, kit, secrets, events);
  }

  get engine(): LinuxKit['engine'] {
    return this.#kit.engine;
  }

  /** A context with these files; `base.tar` is in each. */
  async context(files: ContextFiles): Promise<string> {
    this.#contexts += 1;
    const directory = join(this.folder, `context${this.#contexts}`);
    await mkdir(directory);
    await copyFile(join(this.folder, 'base.tar'), join(directory, 'base.tar'));
    for (const [name, content] of Object.entries(files))
      await writeContextFile(join(directory, name), content);
    return directory;
  }

  async build(files: ContextFiles, options: Partial<BuildOptions> = {}): Promise<Built> {
    return this.buildAt(await this.context(files), options);
  }

  async buildAt(
    context: string,
    options: Partial<BuildOptions> = {},
    secrets: Readonly<Record<string, string>> = {},
  ): Promise<Built> {
    for (const [id, value] of Object.entries(secrets)) this.#secrets[id] = Buffer.from(value);
    this.#events.length = 0;
    const source = { kind: 'build', options: { context, ...options } } as const;
    const image = await this.#kit.prepareImage('built', source);
    return { image, events: [...this.#events] };
  }

  /** The events of the last build, also of one that failed. */
  get events(): readonly BuildEvent[] {
    return this.#events;
  }

  /**
   * Every path of an image but those of the base: `type mode uid:gid content`.
   */
  async tree(image: Image): Promise<Readonly<Record<string, string>>> {
    const runId = randomBytes(8).toString('hex');
    const never = new AbortController().signal;
    await using sandbox = await this.engine.openSandbox(
      { runId, networks: [], volumes: [], upper: 'auto' },
      never,
    );
    await using files = await sandbox.openImageFiles(image.layers, never);
    const found: Record<string, string> = {};
    for await (const entry of readTar(files.readArchive('/'), defaultImageLimits)) {
      const name = entry.name.replace(/^\.\//, '').replace(/\/$/, '');
      if (name === '' || name.startsWith('usr/bin/')) continue;
      found[name] = await describeEntry(entry);
    }
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function describeEntry(entry: {
  readonly type: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly linkName: string;
  readonly content: AsyncIterable<Uint8Array>;
}): Promise<string> {
  const owner = `${(entry.mode & 0o7777).toString(8)} ${entry.uid}:${entry.gid}`;
  if (entry.type === 'symlink') return `-> ${entry.linkName}`;
  if (entry.type === 'hardlink') return `= ${entry.linkName.replace(/^\.\//, '')}`;
  if (entry.type !== 'file') return `${entry.type} ${owner}`;
  const chunks: Uint8Array[] = [];
  for await (const chunk of entry.content) chunks.push(chunk);
  return `file ${owner} ${Buffer.concat(chunks).toString()}`;
}

async function writeContextFile(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(path.endsWith('/') ? path : dirname(path), { recursive: true });
  if (path.endsWith('/')) return;
  if (typeof content === 'string' && content.startsWith('->')) {
    await symlink(content.slice(2).trim(), path);
    return;
  }
  await writeFile(path, content);
  await chmod(path, 0o644);
  const above = await lstat(dirname(path));
  if (above.isDirectory()) await chmod(dirname(path), 0o755);
}

/** How steps went: `CACHED` or `DONE` by their titles, without their numbers. */
export function stepsOf(events: readonly BuildEvent[]): Readonly<Record<string, string>> {
  const titles = new Map<number, string>();
  const outcomes: Record<string, string> = {};
  for (const event of events) {
    if (event.kind === 'stepStarted') titles.set(event.step, event.title.replace(/^\[[^\]]*\] /, ''));
    if (event.kind === 'stepCached') outcomes[titles.get(event.step) ?? ''] = 'CACHED';
    if (event.kind === 'stepDone') outcomes[titles.get(event.step) ?? ''] = 'DONE';
  }
  return outcomes;
}

/** The lines that begin every Dockerfile here. */
export const base = 'FROM scratch\nADD base.tar /\n';
