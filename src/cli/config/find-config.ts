import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { MayflyError } from '../../core/mayfly-error.ts';
import { showPath } from '../scenarios/show-path.ts';
import type { Config } from './config.ts';

export const configName = 'mayfly.config.yaml';

/** The configuration of the nearest folder that has one, from the working directory upward. */
export async function readConfig(workingDirectory: string): Promise<Config> {
  for (let directory = workingDirectory; ; directory = dirname(directory)) {
    const path = join(directory, configName);
    const text = readIfThere(path);
    if (text !== undefined) {
      const { parseConfig } = await import('./parse-config.ts');
      return parseConfig(showPath(path, workingDirectory), text, directory);
    }
    if (dirname(directory) === directory) return {};
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES') return undefined;
    throw new MayflyError('CONFIG_INVALID', `cannot read ${path}: ${String(code)}`, { cause: error });
  }
}
