import { readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { MayflyError, MayflyErrors } from '../../core/mayfly-error.ts';
import { configName } from '../config/find-config.ts';
import { showPath } from './show-path.ts';

/** The folder that is looked into when no path is given. */
export const defaultFolder = 'scenarios';

/** Bounds of the search, so that a path given by mistake (`/`) ends in a message. */
const searchLimits = { depth: 16, entries: 20_000 } as const;

/**
 * The scenario files that paths mean, absolute, each once, in order. A folder means every `*.yaml` and `*.yml` in it and
 * below, except what is hidden, node_modules, Compose files and Mayfly's configuration. Without paths: the folder
 * `scenarios`, or, where there is none, every `*.mayfly.yaml` below the working directory.
 */
export function findScenarioFiles(paths: readonly string[], workingDirectory: string): readonly string[] {
  if (paths.length === 0) return findByDefault(workingDirectory);
  const problems: MayflyError[] = [];
  const files = paths.flatMap((path) => {
    try {
      return expand(path, workingDirectory);
    } catch (error) {
      if (!(error instanceof MayflyError)) throw error;
      problems.push(error);
      return [];
    }
  });
  if (problems.length > 0) throw new MayflyErrors(problems);
  return [...new Set(files)];
}

function findByDefault(workingDirectory: string): readonly string[] {
  const folder = join(workingDirectory, defaultFolder);
  const hasFolder = statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true;
  const found = hasFolder
    ? search(folder, isScenarioName)
    : search(workingDirectory, (name) => /\.mayfly\.ya?ml$/.test(name));
  if (found.length > 0) return found;
  const where = hasFolder
    ? `\`${defaultFolder}\` holds no scenario file`
    : `there is no folder \`${defaultFolder}\` and no \`*.mayfly.yaml\` here`;
  throw new MayflyError('CLI_NOTHING_MATCHED', where, {
    hint: 'name a file or a folder, or write a first scenario with `mayfly init`',
  });
}

function expand(path: string, workingDirectory: string): readonly string[] {
  const absolute = resolve(workingDirectory, path);
  const facts = statSync(absolute, { throwIfNoEntry: false });
  if (facts === undefined) throw new MayflyError('SCENARIO_NOT_FOUND', `there is no \`${path}\``);
  if (!facts.isDirectory()) return [absolute];
  const found = search(absolute, isScenarioName);
  if (found.length > 0) return found;
  throw new MayflyError(
    'SCENARIO_NOT_FOUND',
    `the folder \`${showPath(absolute, workingDirectory)}\` holds no scenario file`,
    {
      hint: 'scenario files end in .yaml or .yml',
    },
  );
}

function isScenarioName(name: string): boolean {
  return (
    /\.ya?ml$/.test(name) &&
    !/\.snap\.ya?ml$/.test(name) &&
    !/^(?:docker-)?compose[.-]/.test(name) &&
    name !== configName
  );
}

/** In the order of names, files of a folder before those of folders below it. */
function search(root: string, isWanted: (name: string) => boolean): readonly string[] {
  let seen = 0;
  const visit = (directory: string, depth: number): readonly string[] => {
    const entries = readdirSync(directory, { withFileTypes: true }).filter(
      ({ name }) => !name.startsWith('.') && name !== 'node_modules',
    );
    seen += entries.length;
    if (seen > searchLimits.entries || depth > searchLimits.depth) {
      const limit = depth > searchLimits.depth ? 'depth' : 'entries';
      throw new MayflyError(
        'SCENARIO_LIMIT',
        `too much to search for scenario files below ${root}; the limit \`${limit}\` is ${searchLimits[limit]}`,
        {
          hint: 'name the folder that holds them',
        },
      );
    }
    const sorted = entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    const files = sorted
      .filter((entry) => entry.isFile() && isWanted(entry.name))
      .map(({ name }) => join(directory, name));
    const folders = sorted.filter((entry) => entry.isDirectory());
    return [...files, ...folders.flatMap(({ name }) => visit(join(directory, name), depth + 1))];
  };
  return visit(root, 0);
}
