import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';

/** Those whose limits the scenarios here ask for. */
const controllers: readonly string[] = ['memory', 'pids'];

/**
 * Control groups of our own, below which a runner makes its (cgroups(7), version 1): the census of a test can then tell them from
 * those of tests that run meanwhile. None on version 2, where a group that holds processes can have no limited ones below it.
 */
export class OwnGroups {
  readonly name: string;
  readonly #directories: readonly string[];

  constructor(name: string) {
    this.name = name;
    this.#directories = process.getuid?.() === 0 ? makeAll(name) : [];
  }

  get isEmpty(): boolean {
    return this.#directories.length === 0;
  }

  /** What a process that writes `0` to them joins them by. */
  get procs(): readonly string[] {
    return this.#directories.map((directory) => join(directory, 'cgroup.procs'));
  }

  remove(): void {
    for (const directory of this.#directories) removeGroup(directory);
  }
}

function makeAll(name: string): readonly string[] {
  const lines = readFileSync('/proc/self/cgroup', 'utf8').trim().split('\n');
  return lines.flatMap((line) => {
    const [, names = '', path = ''] = line.split(':');
    const directory = join('/sys/fs/cgroup', names, path);
    if (!names.split(',').some((each) => controllers.includes(each)) || !existsSync(directory)) return [];
    const own = join(directory, name);
    mkdirSync(own);
    return [own];
  });
}

/** With what a test that failed has left in it. */
function removeGroup(directory: string): void {
  for (const entry of readdirSync(directory, { withFileTypes: true }))
    if (entry.isDirectory()) removeGroup(join(directory, entry.name));
  rmdirSync(directory);
}
