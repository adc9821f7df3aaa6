import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { walkTree } from './walk-tree.ts';

export interface Witnessed {
  readonly tree: Readonly<Record<string, string>>;
  readonly config: Readonly<Record<string, unknown>>;
}

/** Buildah with a store of its own. `chroot`: it makes no containers, and none are needed to compare files. */
export class Buildah {
  readonly #folder: string;
  #builds = 0;

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(join(folder, 'buildah'), { recursive: true });
  }

  build(context: string, flags: readonly string[]): Witnessed {
    this.#builds += 1;
    const output = join(this.#folder, `buildah-${this.#builds}`);
    const tag = `compared-${this.#builds}`;
    const own = ['--isolation', 'chroot', '--format', 'docker', '--layers=false', '--quiet', '--no-cache'];
    this.#run(['bud', ...own, '--output', output, '--tag', tag, ...flags, context]);
    const { Docker } = JSON.parse(this.#run(['inspect', '--type', 'image', tag]));
    return { tree: walkTree(output), config: Docker.config };
  }

  #run(args: readonly string[]): string {
    const store = ['--storage-driver', 'vfs', '--root', join(this.#folder, 'buildah/root')];
    const all = [...store, '--runroot', join(this.#folder, 'buildah/run'), ...args];
    return execFileSync('buildah', all, { stdio: ['ignore', 'pipe', 'pipe'] }).toString();
  }
}
