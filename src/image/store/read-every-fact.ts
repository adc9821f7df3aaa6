import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MayflyError } from '../../core/mayfly-error.ts';
import { temporaryPrefix } from './temporary.ts';

export interface Fact<T> {
  readonly path: string;
  readonly fact: T;
}

/**
 * All facts of a directory of the store (json-files.ts), for those who remove what no fact speaks of: one that cannot be read may
 * speak of anything. Only what is not there is absent.
 *
 * @throws MayflyError STORE_FAILED
 */
export async function readEveryFact<T extends { readonly version: number }>(
  directory: string,
  version: T['version'],
): Promise<readonly Fact<T>[]> {
  const facts: Fact<T>[] = [];
  for (const name of await listFacts(directory)) {
    const path = join(directory, name);
    const fact = await readFact<T>(path, version);
    if (fact !== undefined) facts.push({ path, fact });
  }
  return facts;
}

async function listFacts(directory: string): Promise<readonly string[]> {
  try {
    const names = await readdir(directory);
    return names.filter((name) => name.endsWith('.json') && !name.startsWith(temporaryPrefix)).sort();
  } catch (error) {
    if (isAbsent(error)) return [];
    throw unreadable(directory, error);
  }
}

async function readFact<T extends { readonly version: number }>(
  path: string,
  version: T['version'],
): Promise<T | undefined> {
  let fact: T;
  try {
    fact = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    // Others may remove one at any time.
    if (isAbsent(error)) return undefined;
    throw unreadable(path, error);
  }
  if (fact?.version === version) return fact;
  throw unreadable(path, new Error(`its version is ${JSON.stringify(fact?.version)}, not ${version}`));
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function unreadable(path: string, cause: unknown): MayflyError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new MayflyError('STORE_FAILED', `nothing is removed, for ${path} cannot be read: ${why}`, {
    hint: '`mayfly store verify` shows what is wrong, `mayfly store repair` takes it away',
    cause,
  });
}
