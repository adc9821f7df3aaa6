import { describe, expect, test } from 'vitest';
import { readTitledRules, titledRulesOf } from './titled-rules.ts';

/** The rules of the language are numbered R1 to R32. */
const rules = Array.from({ length: 32 }, (_unused, index) => index + 1);

/** Rules that no test can have yet, and why. Whoever builds one deletes its line: the tests below fail until then. */
const expectedMissing: ReadonlyMap<number, string> = new Map([]);

const titled = readTitledRules();
const filesOf = (rule: number) => [
  ...new Set(titled.flatMap((one) => (one.rule === rule ? [one.file] : []))),
];

describe('each rule of the language stands in the title of a test', () => {
  test.each(rules.filter((rule) => !expectedMissing.has(rule)))('rule %i', (rule) => {
    expect(filesOf(rule)).not.toEqual([]);
  });

  test.each([...expectedMissing])('rule %i is not there yet: %s', (rule) => {
    expect(filesOf(rule), 'it is tested now: delete its line in expectedMissing').toEqual([]);
  });

  test('and none is invented', () => {
    expect(titled.filter(({ rule }) => !rules.includes(rule))).toEqual([]);
  });
});

describe('titles are found', () => {
  test.each([
    ['of a test', `test('R7 a name', () => {});`, [7]],
    ['of a suite with a table', `describe.each(rows)('R21 %s', (name) => {`, [21]],
    ['with several numbers', `test("R2 R30 what's wrong", () => {`, [2, 30]],
    ['in a row of a table', `  { name: 'R3 an empty list', value: [] },`, [3]],
    ['with a number in the middle', `test('$name, and R15 does not mind', () => {`, [15]],
    ['of a suite that needs something', `describeRequiring(['userns'], 'R10 networks', () => {`, [10]],
    ['not in a comment', `// test('R7 a name')\n/* 'R8 x' */\n/** R9 */`, []],
    ['not in other text', `const text = 'see R7';`, []],
    ['not in longer words', `test('a PR7 or R7x', () => {`, []],
  ])('%s', (_name, text, found) => {
    expect(titledRulesOf('x.spec.ts', text).map(({ rule }) => rule)).toEqual(found);
  });
});
