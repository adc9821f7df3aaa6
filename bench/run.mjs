// `npm run bench`: bundles bench/main.ts and runs it. Options: see bench/options.ts.
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { buildSync } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const outdir = join(root, 'node_modules/.cache/mayfly-bench');
mkdirSync(outdir, { recursive: true });
const outfile = join(outdir, `main-${process.pid}.mjs`);
buildSync({
  entryPoints: [join(root, 'bench/main.ts')],
  outfile,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  packages: 'external',
  logLevel: 'warning',
});
const { main } = await import(pathToFileURL(outfile).href);
process.exitCode = await main(root, process.argv.slice(2), outfile);
