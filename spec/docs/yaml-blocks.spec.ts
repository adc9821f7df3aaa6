import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { loadAll } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { isJsonObject, type Json } from '../../src/core/json.ts';
import { type MayflyError, renderError } from '../../src/core/mayfly-error.ts';
import type { Links } from '../../src/scenario/load/link/links.ts';
import { loadScenarios } from '../../src/scenario/load/load-scenarios.ts';
import { validatePatterns } from '../../src/scenario/load/validate-patterns.ts';
import { root, type YamlBlock, yamlBlocks, yamlBlocksOf } from './markdown-blocks.ts';

const markers = ['runnable', 'scenario', 'fragment', ''];

/** What a part of a scenario need not say: the rest of it does. */
const leftOut: ReadonlySet<string> = new Set([
  'SCENARIO_ASSERTS_NOTHING: the scenario has no steps, so nothing would be checked',
]);
/** Declared elsewhere, used elsewhere, or of a chapter that says what is not there yet. */
const leftOutCodes: ReadonlySet<string> = new Set(['SCENARIO_UNDECLARED', 'LANGUAGE_NOT_AVAILABLE_YET']);

/** What a block includes is not there; whatever it is, it has a service `base`. */
const anyFile: Links = {
  path: '/docs/page.md',
  read: (path) => ({ kind: 'text', file: path, text: 'services: { base: { image: base } }' }),
};

async function problemsOf({ where, text }: YamlBlock): Promise<readonly MayflyError[]> {
  const { scenarios, errors, warnings } = loadScenarios(where, text, { purpose: 'validate', links: anyFile });
  const patterns = await Promise.all(scenarios.map((scenario) => validatePatterns(scenario)));
  return [...errors, ...warnings, ...patterns.flat()];
}

function render(problems: readonly MayflyError[]): string {
  return problems.map((problem) => renderError(problem)).join('\n\n');
}

function isScenario({ marker, text }: YamlBlock): boolean {
  if (marker !== '') return marker !== 'fragment';
  const documents: readonly Json[] = loadAll(text) as readonly Json[];
  return documents.some((document) => isJsonObject(document) && Array.isArray(document.steps));
}

describe('every block of YAML in README and docs', () => {
  test('there are some of each kind', () => {
    for (const marker of ['runnable', 'fragment', ''])
      expect(yamlBlocks.filter((block) => block.marker === marker).length, marker).toBeGreaterThan(0);
  });

  test.each(yamlBlocks)('$where parses, and has a marker that is known', ({ marker, text }) => {
    expect(markers).toContain(marker);
    expect(() => loadAll(text)).not.toThrow();
  });

  test.each(yamlBlocks.filter(isScenario))('$where is a valid scenario', async (block) => {
    expect(render(await problemsOf(block))).toBe('');
  });

  test.each(yamlBlocks.filter(({ marker }) => marker === 'fragment'))(
    '$where is a valid part of a scenario',
    async (block) => {
      const problems = (await problemsOf(block)).filter(
        ({ code, message }) =>
          !leftOutCodes.has(code) && code !== 'SCENARIO_UNUSED' && !leftOut.has(`${code}: ${message}`),
      );
      expect(render(problems)).toBe('');
    },
  );

  test('a block that is wrong would be found', async () => {
    const page = 'text\n\n```yaml fragment\nstpes: []\n```\n\n- a list\n\n  ```yaml\n  steps: []\n  ```\n';
    const [fragment, inList] = yamlBlocksOf('x.md', page);
    expect(fragment).toEqual({ where: 'x.md:3', marker: 'fragment', text: 'stpes: []\n' });
    expect(inList).toEqual({ where: 'x.md:9', marker: '', text: 'steps: []\n' });
    expect((await problemsOf(fragment as YamlBlock)).map(({ code }) => code)).toContain(
      'SCENARIO_UNKNOWN_KEY',
    );
  });
});

describe('every scenario in scenarios/', () => {
  const files = readdirSync(join(root, 'scenarios'), { recursive: true, encoding: 'utf8' }).filter((path) =>
    /\.ya?ml$/.test(path),
  );

  test.each(files)('%s says where its schema is, in its first line', (file) => {
    const [first = ''] = readFileSync(join(root, 'scenarios', file), 'utf8').split('\n');
    const [, schema = ''] = /^# yaml-language-server: \$schema=(\S+)$/.exec(first) ?? [];
    expect(normalize(join('scenarios', dirname(file), schema))).toBe('schema/scenario.schema.json');
  });
});
