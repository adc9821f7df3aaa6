// `npm run bench`: figures of ours and of our peers, taken in turns. Options: see options.ts.
import { rmSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { bundle, root } from './bundle.mjs';

const file = bundle('main');
try {
  const { main } = await import(pathToFileURL(file).href);
  process.exitCode = await main(root, process.argv.slice(2));
} finally {
  rmSync(file, { force: true });
}
