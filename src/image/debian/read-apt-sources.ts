import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AptEntry } from './apt-entry.ts';
import { parseDeb822Sources } from './parse-deb822-sources.ts';
import { parseOneLineSources } from './parse-one-line-sources.ts';

/** The entries of a machine, in apt's order: sources.list, then the files of sources.list.d. What cannot be read does not count. */
export function readAptSources(aptDirectory: string): readonly AptEntry[] {
  const parts = join(aptDirectory, 'sources.list.d');
  // apt.conf(5): parts have names of letters, digits, `-`, `_` and `.`; all else is ignored.
  const names = listNames(parts).filter((name) => /^[\w.-]+\.(?:list|sources)$/.test(name));
  const files = [join(aptDirectory, 'sources.list'), ...names.sort().map((name) => join(parts, name))];
  return files.flatMap((file) => {
    const text = readText(file);
    return file.endsWith('.sources') ? parseDeb822Sources(text, file) : parseOneLineSources(text, file);
  });
}

function listNames(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
