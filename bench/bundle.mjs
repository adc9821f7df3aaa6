// A TypeScript program of this folder as one file that Node can import; its path.
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Synchronous: esbuild's service would else go on as a child of ours, and be measured. */
export function bundle(name) {
  const outdir = join(root, 'node_modules/.cache/mayfly-bench');
  mkdirSync(outdir, { recursive: true });
  const outfile = join(outdir, `${name}-${process.pid}.mjs`);
  buildSync({
    entryPoints: [join(root, 'bench', `${name}.ts`)],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    packages: 'external',
    logLevel: 'warning',
  });
  return outfile;
}
