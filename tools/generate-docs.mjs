// Writes the parts of docs/ that are made from source: `node tools/generate-docs.mjs`.
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { renderExitStatus } from './render-exit-status.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { outputFiles } = await build({
  entryPoints: [join(root, 'src/core/error-catalogue.ts')],
  bundle: true,
  write: false,
  format: 'esm',
});
const { errorCatalogue } = await import(
  `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`
);
writeFileSync(join(root, 'docs/exit-status.md'), renderExitStatus(errorCatalogue));
