import { afterAll, expect, test } from 'vitest';
import { MayflyBench } from '../cli/mayfly-process.ts';
import { describeRequiring } from '../requires.ts';
import { yamlBlocks } from './markdown-blocks.ts';

const bench = new MayflyBench();
afterAll(() => bench.remove());

describeRequiring(['userns', 'overlay', 'net'], 'the runnable scenarios of docs/', () => {
  test.each(yamlBlocks.filter(({ marker }) => marker === 'runnable'))(
    '$where passes',
    async ({ where, text }) => {
      const file = bench.write(`${where.replace(/\W/g, '-')}.yaml`, text);
      const { status, out, err } = await bench.run(['test', file]);
      expect(status, `${err}\n${out}`).toBe(0);
    },
  );
});
