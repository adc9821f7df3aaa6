import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { errorCatalogue } from '../../../src/core/error-catalogue.ts';
import { renderError } from '../../../src/core/mayfly-error.ts';
import { type LoadResult, loadScenarios } from '../../../src/scenario/load/load-scenarios.ts';

const directory = join(import.meta.dirname, 'mistakes');
const files = readdirSync(directory).filter((name) => name.endsWith('.yaml'));

const load = (name: string): LoadResult =>
  loadScenarios(name, readFileSync(join(directory, name), 'utf8'), {
    links: {
      path: join(directory, name),
      read: (path) =>
        existsSync(path)
          ? { kind: 'text', file: relative(directory, path), text: readFileSync(path, 'utf8') }
          : {
              kind: 'refused',
              code: 'SCENARIO_NOT_FOUND',
              message: `there is no \`${relative(directory, path)}\``,
              hint: 'a path counts from the folder of the file it is written in',
            },
    },
  });

/** Everything a user sees of a file, errors before warnings. */
function messagesOf(name: string): string {
  const { errors, warnings } = load(name);
  const rendered = [
    ...errors.map((error) => renderError(error)),
    ...warnings.map((warning) => renderError(warning, 'warning')),
  ];
  return `${rendered.join('\n\n')}\n`;
}

describe('R1 R2 R3 R4 R5 the whole message of what users get wrong (UPDATE_GOLDEN=1 rewrites)', () => {
  test.each(files)('%s', (name) => {
    const golden = join(directory, name.replace(/\.yaml$/, '.golden.txt'));
    const messages = messagesOf(name);
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(golden, messages);
    expect(messages).toBe(readFileSync(golden, 'utf8'));
  });

  test('there are at least forty', () => {
    expect(files.length).toBeGreaterThanOrEqual(40);
  });

  test('R2 every error of a file has a code, a place, its line, a caret and a remedy', () => {
    for (const name of files) {
      for (const error of load(name).errors) {
        expect(error.at?.line, name).toBeGreaterThan(0);
        expect(error.sourceLine, name).toBeDefined();
        expect(error.hint, `${name}: ${error.message}`).not.toBe('');
      }
    }
  });

  test('every code that loading can emit is among them', () => {
    const seen = new Set(
      files.flatMap((name) =>
        [...messagesOf(name).matchAll(/^(?:error|warning)\[(\w+)\]/gm)].map((match) => match[1]),
      ),
    );
    const loading = Object.keys(errorCatalogue).filter((code) =>
      /^(?:SCENARIO|EXPRESSION|MATCHER|LANGUAGE)_/.test(code),
    );
    const elsewhere = ['SCENARIO_NOT_FOUND', 'SCENARIO_UNREADABLE', 'EXPRESSION_TYPE'];
    expect(loading.filter((code) => !seen.has(code) && !elsewhere.includes(code))).toEqual([]);
  });
});
