import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { describeRequiring } from '../requires.ts';
import { MayflyBench } from './mayfly-process.ts';

let bench: MayflyBench;
let code: string;

beforeEach(() => {
  bench = new MayflyBench();
  bench.write('a.yaml', 'name: a\nimages: { t: { host: [sh] } }\nsteps: [{ image: t, run: "true" }]\n');
  code = join(bench.folder, 'store/code');
});

afterEach(() => bench.remove());

const runs = async (): Promise<void> => {
  const { status, err } = await bench.run(['test', 'a.yaml']);
  expect([status, err]).toEqual([0, expect.stringContaining('✓ passed')]);
};
const only = (): string => {
  const [name = '', ...others] = readdirSync(code);
  expect(others).toEqual([]);
  return join(code, name);
};

describeRequiring(['userns', 'overlay', 'net'], 'the code that a run has compiled', () => {
  test('is kept for its owner alone, and taken by the next', async () => {
    await runs();
    const { mode, ino } = statSync(only());
    expect([mode & 0o777, statSync(code).mode & 0o777]).toEqual([0o600, 0o700]);
    await runs();
    expect(statSync(only()).ino).toBe(ino);
  });

  test('one that is broken is not used, and replaced', async () => {
    await runs();
    const good = readFileSync(only());
    const flipped = Buffer.from(good).fill(0x5a, good.length / 2, good.length / 2 + 4_000);
    const cut = good.subarray(0, good.length / 2);
    for (const spoilt of [flipped, cut, Buffer.alloc(0), Buffer.from('no code')]) {
      writeFileSync(only(), spoilt);
      await runs();
      const kept = readFileSync(only());
      expect(kept.equals(spoilt)).toBe(false);
      expect(kept.length).toBeGreaterThan(good.length / 2);
    }
  });

  test('one that others can write to is not used, and replaced', async () => {
    await runs();
    chmodSync(only(), 0o666);
    const { ino } = statSync(only());
    await runs();
    expect(statSync(only()).ino).not.toBe(ino);
    expect(statSync(only()).mode & 0o777).toBe(0o600);
  });

  test('those of other builds go, those of other versions of Node stay, and nothing else is touched', async () => {
    await runs();
    const own = only();
    const ofOtherNode = `${own.slice(0, own.lastIndexOf('-'))}-0abc`;
    const foreign = ['README.md', 'my-project', 'program-notes-a.txt'].map((name) => join(code, name));
    const outdated = ['program-AAAAAAAA-0abc', 'program-AAAAAAAA-0abc.17.tmp'].map((name) =>
      join(code, name),
    );
    for (const path of [ofOtherNode, ...foreign, ...outdated]) writeFileSync(path, '');
    rmSync(own);
    await runs();
    expect(
      readdirSync(code)
        .map((name) => join(code, name))
        .sort(),
    ).toEqual([own, ofOtherNode, ...foreign].sort());
  });

  test('nothing is kept where others decide what is there', async () => {
    const elsewhere = join(bench.folder, 'elsewhere');
    mkdirSync(elsewhere);
    writeFileSync(join(elsewhere, 'program-AAAAAAAA-0abc'), '');
    bench.link('store/code', elsewhere);
    await runs();
    expect(readdirSync(elsewhere)).toEqual(['program-AAAAAAAA-0abc']);
  });

  test('where nothing can be kept it runs all the same', async () => {
    bench.write('store/code', 'a file where the folder would be');
    await runs();
  });

  test('a run that runs nothing keeps nothing: it would be next to no code', async () => {
    expect((await bench.run(['test', 'b.yaml'])).status).toBe(2);
    await runs();
    expect(statSync(only()).size).toBeGreaterThan(500_000);
  });
});
