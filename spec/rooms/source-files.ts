import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export interface SourceFile {
  /** From the repository: `src/core/json.ts`. */
  readonly path: string;
  readonly text: string;
  /** Without comments. */
  readonly code: string;
  readonly imports: readonly string[];
}

/** `import … from 'x'`, `export … from 'x'` at the start of a line, `import('x')` anywhere, in types too. */
const importPattern = /^(?:import|export)\s[^'"]*?from '([^'\n]+)'|\bimport\(\s*'([^'\n]+)'/gm;

/** Every TypeScript file of `src`, but those that a program wrote. */
export function readSourceFiles(): readonly SourceFile[] {
  return readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.ts$/.test(path) && !path.includes('generated/'))
    .sort()
    .map((path) => readSourceFile(join('src', path)));
}

/** The C of the launcher. */
export function readLauncherFiles(): readonly Pick<SourceFile, 'path' | 'text'>[] {
  const folder = 'src/engine/linux/launcher';
  return readdirSync(join(root, folder))
    .filter((name) => /\.[ch]$/.test(name))
    .map((name) => ({ path: join(folder, name), text: readFileSync(join(root, folder, name), 'utf8') }));
}

function readSourceFile(path: string): SourceFile {
  const text = readFileSync(join(root, path), 'utf8');
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[\s;{}(])\/\/.*$/gm, '$1');
  const specifiers = [...code.matchAll(importPattern)].flatMap((match) => match[1] ?? match[2] ?? []);
  return { path, text, code, imports: specifiers.map((specifier) => resolve(path, specifier)) };
}

/** A file of ours as its path from the repository, anything else as it is written. */
function resolve(from: string, specifier: string): string {
  return specifier.startsWith('.') ? relative(root, join(root, dirname(from), specifier)) : specifier;
}
