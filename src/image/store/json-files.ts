import { readFileSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type ProcessIdentity, temporaryPrefix } from './temporary.ts';
import { writeAtomically } from './write-atomically.ts';

/**
 * Small facts of the store, a file each: written whole under a temporary name, so that two processes never see or leave half of
 * one. Who writes last wins. Ours, in a directory of ours: what does not parse, or is of another version, is as good as not
 * there; `store verify` tells of it.
 */
export class JsonFiles<T extends { readonly version: number }> {
  readonly #directory: string;
  readonly #version: T['version'];
  readonly #self: ProcessIdentity;

  constructor(directory: string, version: T['version'], self: ProcessIdentity) {
    this.#directory = directory;
    this.#version = version;
    this.#self = self;
  }

  read(key: string): T | undefined {
    try {
      const fact: T = JSON.parse(readFileSync(this.pathOf(key), 'utf8'));
      return fact.version === this.#version ? fact : undefined;
    } catch {
      return undefined;
    }
  }

  async keys(): Promise<readonly string[]> {
    const names = await readdir(this.#directory).catch(() => []);
    return names
      .filter((name) => name.endsWith('.json') && !name.startsWith(temporaryPrefix))
      .map((name) => name.slice(0, -'.json'.length))
      .sort();
  }

  async list(): Promise<readonly T[]> {
    return (await this.keys()).map((key) => this.read(key)).filter((fact) => fact !== undefined);
  }

  async write(key: string, fact: T): Promise<void> {
    await writeAtomically(this.pathOf(key), JSON.stringify(fact), this.#self);
  }

  async remove(key: string): Promise<void> {
    await rm(this.pathOf(key), { force: true });
  }

  pathOf(key: string): string {
    return join(this.#directory, `${key}.json`);
  }
}
