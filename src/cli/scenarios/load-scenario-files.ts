import { readFileSync } from 'node:fs';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { Scenario } from '../../core/scenario.ts';
import { renderLocation } from '../../core/source-location.ts';
import type { BrokenScenario } from '../../scenario/load/broken-scenario.ts';
import { type LoadOptions, loadScenarios } from '../../scenario/load/load-scenarios.ts';
import { validatePatterns } from '../../scenario/load/validate-patterns.ts';
import { openLinks } from './open-links.ts';
import { showPath } from './show-path.ts';

export interface LoadedFile {
  /** Absolute. */
  readonly path: string;
  readonly scenarios: readonly Scenario[];
  readonly broken: readonly BrokenScenario[];
  readonly errors: readonly MayflyError[];
  readonly warnings: readonly MayflyError[];
}

interface CheckedFile extends LoadedFile {
  readonly links: readonly string[];
  readonly isPart: boolean;
}

/**
 * Every file, read and checked; what is wrong with one does not keep the others from being checked (R2). What has no steps
 * and is included by another is part of that one, and no scenario that lacks steps.
 */
export async function loadScenarioFiles(
  paths: readonly string[],
  workingDirectory: string,
  options: LoadOptions,
): Promise<readonly LoadedFile[]> {
  const files = await Promise.all(paths.map((path) => loadFile(path, workingDirectory, options)));
  const linked = new Set(files.flatMap(({ links }) => links));
  return files.filter(({ path, isPart }) => !(isPart && linked.has(path)));
}

/** Everything wrong with any of the files; what is wrong with a file that several include is said once. */
export function errorsOf(files: readonly LoadedFile[]): readonly MayflyError[] {
  const seen = new Set<string>();
  return files
    .flatMap(({ errors }) => errors)
    .filter((error) => {
      if (error.at === undefined) return true;
      const identity = `${renderLocation(error.at)} ${error.code} ${error.message}`;
      return !seen.has(identity) && seen.add(identity);
    });
}

async function loadFile(path: string, workingDirectory: string, options: LoadOptions): Promise<CheckedFile> {
  const file = showPath(path, workingDirectory);
  const text = readText(path, file);
  if (text instanceof MayflyError)
    return { path, scenarios: [], broken: [], errors: [text], warnings: [], links: [], isPart: false };
  const allowAnywhere = options.allow?.hostBinds === true;
  const links = openLinks(path, workingDirectory, allowAnywhere);
  const loaded = loadScenarios(file, text, { ...options, links });
  const patterns = await Promise.all(loaded.scenarios.map(validatePatterns));
  return { path, ...loaded, errors: [...loaded.errors, ...patterns.flat()] };
}

function readText(path: string, file: string): string | MayflyError {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
  } catch (cause) {
    const isEncoding = cause instanceof TypeError;
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    return new MayflyError(
      'SCENARIO_UNREADABLE',
      isEncoding ? `${file} is not UTF-8` : `cannot read ${file}: ${code}`,
      { cause },
    );
  }
}
