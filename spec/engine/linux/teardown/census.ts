import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type MayflyBench, packageRoot } from '../../../cli/mayfly-process.ts';

const program = join(packageRoot, 'tools/census');

/** The separate census, with the files of one bench only. */
export class Census {
  readonly #bench: MayflyBench;
  readonly #before: string;

  constructor(bench: MayflyBench) {
    this.#bench = bench;
    this.#before = join(bench.folder, 'before.json');
    writeFileSync(this.#before, execFileSync('node', [program, 'snapshot', ...this.#places]));
  }

  /** What is left after at most so many seconds; its own words where that is nothing. */
  left(waitSeconds: number): string {
    const args = ['compare', this.#before, '--wait', String(waitSeconds), ...this.#places];
    const { stdout, stderr } = spawnSync('node', [program, ...args], { encoding: 'utf8' });
    return (stdout + stderr).trim();
  }

  get #places(): readonly string[] {
    const { folder } = this.#bench;
    return ['--store', join(folder, 'store'), '--state', join(folder, 'state'), '--tmp', folder];
  }
}

export const nothing = 'nothing is left';
