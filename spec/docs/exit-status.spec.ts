import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { errorCatalogue } from '../../src/core/error-catalogue.ts';
import { renderExitStatus } from '../../tools/render-exit-status.mjs';

const written = readFileSync(new URL('../../docs/exit-status.md', import.meta.url), 'utf8');

test('docs/exit-status.md is up to date (node tools/generate-docs.mjs)', () => {
  expect(written).toBe(renderExitStatus(errorCatalogue));
});

test('R30 every code is in it, once', () => {
  for (const code of Object.keys(errorCatalogue)) expect(written.split(`| \`${code}\` |`)).toHaveLength(2);
});
