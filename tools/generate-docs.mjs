// Writes the parts of docs/ that are made from source: `node tools/generate-docs.mjs`. spec/docs asserts that they are up to date.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = mkdtempSync(join(tmpdir(), 'mayfly-docs-'));
try {
  const outfile = join(folder, 'render-docs.mjs');
  await build({
    entryPoints: [join(root, 'tools/docs/render-docs.ts')],
    bundle: true,
    target: 'node20',
    outfile,
    format: 'esm',
    platform: 'node',
  });
  const { renderDocs } = await import(pathToFileURL(outfile).href);
  for (const [path, text] of Object.entries(renderDocs(root))) writeFileSync(join(root, path), text);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
