import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWithMirror } from '../image/debian-mirror.ts';
import { FlagshipCopy, failuresOf, type Ran } from './three-tier-kit.ts';
import { caseNames, type Mutation } from './three-tier-mutation.ts';
import { mutations } from './three-tier-mutations.ts';

const copy = new FlagshipCopy();
afterAll(() => copy[Symbol.dispose]());

const folderOf = (index: number): string => `mutant-${String(index).padStart(2, '0')}`;

/** `setup` and one case: what stands before `cases:`, and the entry of that name up to the next. */
function withOneCase(text: string, name: string): string {
  const [before = '', after = ''] = text.split('\ncases:\n');
  const entries = after.split(/^(?= {2}- name: )/m);
  const entry = entries.find((each) => each.startsWith(`  - name: ${name}\n`));
  if (entry === undefined) throw new Error(`the flagship has no case \`${name}\``);
  return `${before}\ncases:\n${entry}`;
}

function replaceOnce(text: string, [old, by]: readonly [string, string]): string {
  const parts = text.split(old);
  if (parts.length !== 2) throw new Error(`\`${old}\` stands there ${parts.length - 1} times`);
  return parts.join(by);
}

function write(folder: string, { case: name, replace, file }: Omit<Mutation, 'name' | 'fails'>): void {
  const directory = join(copy.folder, folder);
  cpSync(copy.scenario, directory, { recursive: true });
  const scenario = join(directory, 'three-tier.yaml');
  writeFileSync(scenario, withOneCase(readFileSync(scenario, 'utf8'), name));
  const changed = join(directory, file ?? 'three-tier.yaml');
  writeFileSync(changed, replace.reduce(replaceOnce, readFileSync(changed, 'utf8')));
}

describeWithMirror('bookworm', 'R9 R28 the flagship notices', () => {
  let ran: Ran;

  beforeAll(async () => {
    const folders = mutations.map((mutation, index) => {
      write(folderOf(index), mutation);
      return folderOf(index);
    });
    const controls = caseNames.map((name, index) => {
      write(`control-${index}`, { case: name, replace: [] });
      return `control-${index}`;
    });
    ran = await copy.run({ args: [...folders, ...controls, '--tag', 'manual'] });
  }, 900_000);

  const failuresIn = (folder: string): readonly string[] | undefined => {
    const scenario = ran.scenarios.find(({ file }) => file === `${folder}/three-tier.yaml`);
    return scenario === undefined ? [ran.err] : failuresOf(scenario);
  };

  test.each(mutations.map((mutation, index) => ({ ...mutation, index })))('$name', ({ index, fails }) => {
    expect(failuresIn(folderOf(index))?.[0]).toMatch(
      new RegExp(`^${fails.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`),
    );
  });

  // What is cut down to one case, and not changed, fails nowhere.
  test.each(caseNames.map((name, index) => ({ name, index })))('nothing wrong in: $name', ({ index }) => {
    expect(failuresIn(`control-${index}`)).toEqual([]);
  });

  test('in thirty ways', () => expect(mutations.length).toBeGreaterThanOrEqual(30));
});
