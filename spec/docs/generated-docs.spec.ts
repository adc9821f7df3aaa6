import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { stepKinds } from '../../src/core/step-kind.ts';
import { notYet } from '../../src/scenario/load/not-yet.ts';
import { matcherNames } from '../../src/scenario/matcher/matchers.ts';
import { waitTable } from '../../src/scenario/ready/wait-table.ts';
import { availableStepKinds } from '../../src/scenario/step/step-table.ts';
import { anchor } from '../../tools/docs/markdown.ts';
import { renderDocs } from '../../tools/docs/render-docs.ts';
import { headingOf } from '../../tools/docs/render-keys.ts';
import { readSchemaPlaces } from '../../tools/docs/schema-places.ts';
import { root } from './markdown-blocks.ts';

const generated = renderDocs(root);
const language = generated['docs/language.md'] ?? '';
const { places } = readSchemaPlaces();

/** The rows of the table under a heading. */
function keysUnder(heading: string): readonly string[] {
  const [, section = ''] = language.split(`\n#### ${heading}\n`);
  const [table = ''] = section.split('\n#');
  return [...table.matchAll(/^\| `([^`]+)`/gm)].map(([, key = '']) => key);
}

test.each(Object.keys(generated))('%s is up to date (node tools/generate-docs.mjs)', (page) => {
  expect(readFileSync(join(root, page), 'utf8')).toBe(generated[page]);
});

describe('docs/language.md', () => {
  const ids = [...places.keys()].filter((id) => id !== 'steps[]' && id !== 'matcher');

  test.each(ids)('tells of every key of %j, once', (id) => {
    const sections = language.split(`\n#### ${headingOf(id)}\n`);
    const own = Object.keys(places.get(id)?.properties ?? {});
    const told = keysUnder(headingOf(id));
    expect(sections).toHaveLength(2);
    expect(told.length).toBeGreaterThan(0);
    // Matchers beside other keys are told in their own chapter.
    const left = own.filter((key) => !told.includes(key));
    expect(left.filter((key) => !matcherNames().includes(key))).toEqual([]);
    expect(told.filter((key) => !own.includes(key))).toEqual([]);
  });

  test('tells of every kind of step, every other key of a step and every matcher', () => {
    const rows = new Set([...language.matchAll(/^\| \[?`(\w+)`/gm)].map(([, key = '']) => key));
    const wanted = [...stepKinds, ...Object.keys(places.get('steps[]')?.properties ?? {}), ...matcherNames()];
    expect(wanted.filter((key) => !rows.has(key))).toEqual([]);
  });

  test('tells of every wait', () => {
    const told = keysUnder(headingOf('services.NAME.ready'));
    expect(Object.keys(waitTable).filter((kind) => !told.includes(kind))).toEqual([]);
  });

  test('what it calls not available is what the tables of the code lack, and nothing else', () => {
    const missing = new Set(notYet.flatMap(({ in: owner, key }) => (owner === 'step' ? [key] : [])));
    expect(stepKinds.filter((kind) => !missing.has(kind))).toEqual(availableStepKinds);
    for (const { key } of notYet) {
      const rows = [...language.matchAll(new RegExp(`^\\| \\[?\`${key}\`.*$`, 'gm'))].map(([row]) => row);
      expect(
        rows.some((row) => /not available yet/.test(row)),
        key,
      ).toBe(true);
    }
    const marked = [
      ...language.matchAll(/^\| \[?`(\w+)`.*\*(?:validates; running it is )?not available yet[^*|]*\*/gm),
    ];
    expect(
      marked.map(([, key = '']) => key).filter((key) => !notYet.some((entry) => entry.key === key)),
    ).toEqual([]);
  });
});

describe.each(Object.keys(generated))('the links of %s', (page) => {
  const text = generated[page] ?? '';

  test('lead to headings and pages that are there', () => {
    const headings = (of: string) => [...of.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) => anchor(title));
    const prose = text
      .replace(/^```[\s\S]*?^```$/gm, '')
      .replace(/`[^`\n]*`/g, (code) => code.replace(/[[\]]/g, ''));
    const broken = [...prose.matchAll(/\]\(([^)#\s]*)(?:#([^)]*))?\)/g)].filter(([, file = '', heading]) => {
      const target = file === '' ? text : (generated[`docs/${file}`] ?? undefined);
      return target === undefined || (heading !== undefined && !headings(target).includes(heading));
    });
    expect(broken.map(([all]) => all)).toEqual([]);
  });

  test('no two headings have the same anchor', () => {
    const prose = text.replace(/^```[\s\S]*?^```$/gm, '');
    const anchors = [...prose.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) => anchor(title));
    expect(anchors.filter((one, index) => anchors.indexOf(one) !== index)).toEqual([]);
  });
});
