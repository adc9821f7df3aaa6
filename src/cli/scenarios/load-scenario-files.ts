import { readFileSync } from 'node:fs';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { Scenario } from '../../core/scenario.ts';
import { type LoadOptions, loadScenarios } from '../../scenario/load/load-scenarios.ts';
import { validatePatterns } from '../../scenario/load/validate-patterns.ts';
import { showPath } from './show-path.ts';

export interface LoadedFile {
  /** Absolute. */
  readonly path: string;
  readonly scenarios: readonly Scenario[];
  readonly errors: readonly MayflyError[];
  readonly warnings: readonly MayflyError[];
}

/** Every file, read and checked; what is wrong with one does not keep the others from being checked (R2). */
export async function loadScenarioFiles(
  paths: readonly string[],
  workingDirectory: string,
  options: LoadOptions,
): Promise<readonly LoadedFile[]> {
  return Promise.all(paths.map((path) => loadFile(path, workingDirectory, options)));
}

async function loadFile(path: string, workingDirectory: string, options: LoadOptions): Promise<LoadedFile> {
  const file = showPath(path, workingDirectory);
  const text = readText(path, file);
  if (text instanceof MayflyError) return { path, scenarios: [], errors: [text], warnings: [] };
  const loaded = loadScenarios(file, text, options);
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
