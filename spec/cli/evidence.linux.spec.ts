import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { describeRequiring } from '../requires.ts';
import { MayflyBench } from './mayfly-process.ts';

const directory = join(import.meta.dirname, 'evidence');
const bench = new MayflyBench();
afterAll(() => bench.remove());

/** What the user reads below the table: from the failure on, without what no two runs have in common. */
function reportOf(out: string): string {
  const timeless = out.replace(/\d+(\.\d+)? (ms|s)\b/g, 'N ms').replace(/seed \d+/, 'seed N');
  return timeless.slice(timeless.indexOf('\n\n') + 2);
}

describeRequiring(
  ['userns', 'overlay', 'net'],
  'evidence of a failure, as the terminal shows it (UPDATE_GOLDEN=1 rewrites)',
  () => {
    test.each(['fs-diff', 'ps'])(
      'R31 on_failure: %s',
      async (name) => {
        const golden = join(directory, `${name}.golden.txt`);
        bench.write(`${name}.yaml`, readFileSync(join(directory, `${name}.yaml`), 'utf8'));
        const { status, out } = await bench.run(['test', `${name}.yaml`]);
        if (process.env.UPDATE_GOLDEN === '1') writeFileSync(golden, reportOf(out));
        expect(reportOf(out)).toBe(readFileSync(golden, 'utf8'));
        expect(status).toBe(1);
      },
      60_000,
    );
  },
);
