// Bundles the command into dist/: our code and the libraries it uses, in one file of which a module runs when it is needed, and
// dist/mayfly.js, which loads that file (src/cli/load-program.ts). An installed package then needs no other package.
import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { basename, join } from 'node:path';
import { build } from 'esbuild';

export async function buildCommand(root, dist) {
  /** CommonJS, because V8's code cache is for scripts, not for modules (src/cli/load-program.ts). */
  const options = {
    absWorkingDir: root,
    outdir: dist,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20.19',
    charset: 'ascii', // read as such
    supported: { 'dynamic-import': false }, // a script from V8's cache cannot import in Node 20; it requires
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none', // every licence is in full in dist/third-party-licenses.txt
    metafile: true,
    logLevel: 'warning',
  };
  const { metafile } = await build({
    ...options,
    entryPoints: { program: 'src/cli/main.ts' },
    entryNames: '[name]-[hash]',
    outExtension: { '.js': '.cjs' },
    // Libraries that are ECMAScript modules ask where they are.
    define: { 'import.meta.url': 'mayflyUrl' },
    banner: { js: "const mayflyUrl = require('node:url').pathToFileURL(__filename).href;" },
    plugins: [namedExports(root)],
  });
  const program = basename(Object.keys(metafile.outputs)[0]);
  await build({
    ...options,
    entryPoints: { mayfly: 'src/cli/start.ts' },
    define: { programFile: JSON.stringify(program) },
  });
  // dist/mayfly.js keeps its name, and the package is one of ECMAScript modules otherwise.
  writeFileSync(join(dist, 'package.json'), '{ "type": "commonjs" }\n');
  // Last, so that a command which starts meanwhile still finds its program.
  const kept = new Set(['mayfly.js', program]);
  for (const name of readdirSync(dist)) if (/\.c?js$/.test(name) && !kept.has(name)) rmSync(join(dist, name));
  chmodSync(join(dist, 'mayfly.js'), 0o755);
  writeFileSync(join(dist, 'third-party-licenses.txt'), renderLicenses(root, bundledPackages(metafile)));
}

/**
 * A module made of a CommonJS library has a default export only, while `await import('library')` in Node also offers its
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
