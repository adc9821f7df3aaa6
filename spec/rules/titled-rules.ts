import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const specFolder = fileURLToPath(new URL('..', import.meta.url));

/** A rule of the language in a title. */
export interface TitledRule {
  readonly rule: number;
  readonly file: string;
  readonly title: string;
}

/**
 * Texts that begin with numbers of rules are titles, or names in tables of which titles are made; in a title itself the number
 * may stand anywhere.
 */
const named = /(['"`])((?:R\d+\b ?)+(?:(?!\1)[^\\\n]|\\.)*)\1/g;
const called =
  /\b(?:test|describe|describeRequiring|describeAsRoot)(?:\.\w+)*\([^'"`\n]{0,80}(['"`])((?:(?!\1)[^\\\n]|\\.)*)\1/g;

/** Every rule in a title of a file, each once for each title. */
export function titledRulesOf(file: string, text: string): readonly TitledRule[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[\s;{}(])\/\/.*$/gm, '$1');
  const titles = new Set(
    [...code.matchAll(named), ...code.matchAll(called)].map(([, , title = '']) => title),
  );
  return [...titles].flatMap((title) =>
    [...title.matchAll(/\bR(\d+)\b/g)].map(([, digits = '']) => ({ rule: Number(digits), file, title })),
  );
}

/** Of every spec but those about the titles themselves. */
export function readTitledRules(): readonly TitledRule[] {
  return readdirSync(specFolder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.spec.ts') && !path.startsWith('rules/'))
    .sort()
    .flatMap((path) => titledRulesOf(path, readFileSync(join(specFolder, path), 'utf8')));
}
