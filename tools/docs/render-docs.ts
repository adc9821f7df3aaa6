import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCatalogue } from '../../src/core/error-catalogue.ts';
import { renderExitStatus } from '../render-exit-status.mjs';
import { renderComposeKeys } from './render-compose-keys.ts';
import { renderIsolationChecks } from './render-isolation-checks.ts';
import { renderLanguage } from './render-language.ts';
import { renderVerify } from './render-verify.ts';
import { readSchemaPlaces } from './schema-places.ts';

/** The pages that are made from source: their paths from the repository, and what they should hold. */
export function renderDocs(root: string): Readonly<Record<string, string>> {
  const schema = readSchemaPlaces();
  return {
    'docs/language.md': renderLanguage(readChapters(join(root, 'tools/docs/chapters')), schema),
    'docs/compose-keys.md': renderComposeKeys(schema),
    'docs/isolation-checks.md': renderIsolationChecks(),
    'docs/verify.md': renderVerify(),
    'docs/exit-status.md': renderExitStatus(errorCatalogue),
  };
}

/** In the order of their names. */
function readChapters(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => readFileSync(join(folder, name), 'utf8'));
}
