import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Surroundings } from './surroundings.ts';

export function readVersion({ packageDirectory }: Pick<Surroundings, 'packageDirectory'>): string {
  const text = readFileSync(join(packageDirectory, 'package.json'), 'utf8');
  return /"version": "([^"]+)"/.exec(text)?.[1] ?? 'unknown';
}
