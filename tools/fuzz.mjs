// Runs every property test with many more inputs and a new seed, and the launcher's decoder under sanitizers.
// usage: npm run fuzz [-- RUNS [PLACE…]]   (default: 20 times as many as `npm test`, in all of spec/)
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [given = '2000', ...places] = process.argv.slice(2);
const runs = Number(given);
if (!Number.isSafeInteger(runs) || runs < 1) {
  console.error(
    'fuzz [RUNS [PLACE…]]\n\n  RUNS   inputs a property (2000)\n  PLACE  only files whose path contains it, as spec/image',
  );
  process.exit(2);
}
const seed = Math.floor(Math.random() * 2 ** 31);

const properties = readdirSync(join(root, 'spec'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.spec.ts'))
  .map((name) => join(root, 'spec', name))
  .filter((path) => readFileSync(path, 'utf8').includes("from 'fast-check'"))
  .map((path) => relative(root, path))
  .filter((path) => places.length === 0 || places.some((place) => path.includes(place)));

console.log(`fuzz: ${properties.length} files, ${runs} inputs a property, seed ${seed}`);
const { status } = spawnSync('npx', ['vitest', 'run', '--testTimeout', '600000', ...properties], {
  cwd: root,
  stdio: 'inherit',
  env: {
    ...process.env,
    MAYFLY_FUZZ_RUNS: String(runs),
    MAYFLY_FUZZ_SEED: String(seed),
    MAYFLY_FUZZ_INPUTS: String(runs * 100),
  },
});
if (status !== 0)
  console.error(`fuzz: again with MAYFLY_FUZZ_SEED=${seed} MAYFLY_FUZZ_RUNS=${runs} npx vitest run FILE`);
process.exit(status ?? 1);
