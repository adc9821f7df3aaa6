// Bundles the command into dist/: our code and the libraries it uses, in chunks that are loaded when they are needed.
// An installed package then needs no other package, and a start reads a handful of files instead of hundreds.
import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { basename, join } from 'node:path';
import { build } from 'esbuild';

/** Libraries that are CommonJS ask for Node's own modules with `require`, which ECMAScript modules do not have. */
const requireForLibraries =
  "import { createRequire as mayflyRequire } from 'node:module'; const require = mayflyRequire(import.meta.url);";

export async function buildCommand(root, dist) {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: { mayfly: 'src/cli/main.ts' },
    outdir: dist,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    minifySyntax: true,
    minifyWhitespace: true,
    banner: { js: requireForLibraries },
    chunkNames: 'chunk-[hash]',
    legalComments: 'none', // every licence is in full in dist/third-party-licenses.txt
    metafile: true,
    plugins: [namedExports(root)],
    logLevel: 'warning',
  });
  const written = new Set(Object.keys(metafile.outputs).map((path) => basename(path)));
  // Last, so that a command which runs meanwhile still finds its chunks.
  for (const name of readdirSync(dist))
    if (name.endsWith('.js') && !written.has(name)) rmSync(join(dist, name));
  chmodSync(join(dist, 'mayfly.js'), 0o755);
  writeFileSync(join(dist, 'third-party-licenses.txt'), renderLicenses(root, bundledPackages(metafile)));
}

/**
 * A chunk made of a CommonJS library has a default export only, while `await import('library')` in Node also offers its
 * names. In between goes a module that exports those by name.
 */
function namedExports(root) {
  return {
    name: 'named-exports',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^[^.]/ }, ({ path, kind }) =>
        kind === 'dynamic-import' && !isBuiltin(path) ? { path, namespace: 'named-exports' } : undefined,
      );
      onLoad({ filter: /.*/, namespace: 'named-exports' }, async ({ path }) => {
        const names = Object.keys(await import(path)).filter((name) =>
          /^(?!default$)[A-Za-z_$][\w$]*$/.test(name),
        );
        return { contents: `export { ${names.join(', ')} } from '${path}';`, resolveDir: root };
      });
    },
  };
}

/** The folders of packages of which anything got into the bundle. */
function bundledPackages(metafile) {
  const used = Object.values(metafile.outputs).flatMap((output) =>
    Object.entries(output.inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  );
  const folders = used.flatMap((path) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []);
  return [...new Set(folders)].sort();
}

function renderLicenses(root, folders) {
  const sections = folders.map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
    const file = readdirSync(join(root, folder)).find((entry) => /^licen[cs]e/i.test(entry));
    const text =
      file === undefined
        ? `(${license}; the package has no licence file)`
        : readFileSync(join(root, folder, file), 'utf8').trim();
    return `${name} ${version} (${license})\n\n${text}\n`;
  });
  return `dist/ holds parts of these packages.\n\n${sections.join(`\n${'-'.repeat(80)}\n\n`)}`;
}
