import { isBuiltin } from 'node:module';
import { expect, test } from 'vitest';
import { readLauncherFiles, readSourceFiles, type SourceFile } from './source-files.ts';

/** Who may import whom (ARCHITECTURE.md). */
const allowedRooms: Readonly<Record<string, readonly string[]>> = {
  core: [],
  image: ['core'],
  scenario: ['core'],
  report: ['core'],
  engine: ['core', 'image'],
  server: ['core', 'image'],
  cli: ['core', 'image', 'scenario', 'report', 'engine', 'server'],
};

/** Which paths may use a library, or a module of Node that reaches the world. */
const allowedPlaces: Readonly<Record<string, readonly string[]>> = {
  ajv: ['src/scenario/'],
  'cli-table3': ['src/report/'],
  'dockerfile-ast': ['src/image/build/dockerfile/'],
  fzstd: ['src/image/'],
  'js-yaml': ['src/scenario/'],
  'json-p3': ['src/scenario/'],
  picocolors: ['src/report/'],
  re2js: ['src/scenario/'],
  'tar-stream': ['src/image/', 'src/engine/', 'src/scenario/step/'],
  undici: ['src/image/registry/'],
  yargs: ['src/cli/'],
  dockerode: ['src/engine/docker/'],
  'node:child_process': ['src/engine/linux/host.ts'],
  'node:fs': ['src/engine/linux/host.ts', 'src/image/', 'src/scenario/step/', 'src/cli/'],
  'node:fs/promises': ['src/engine/linux/host.ts', 'src/image/', 'src/scenario/step/', 'src/cli/'],
  'node:os': ['src/engine/linux/host.ts', 'src/cli/'],
};

/** What only the command line may ask its process; it passes the answers in. */
const ambient: readonly { readonly what: string; readonly pattern: RegExp; readonly except?: RegExp }[] = [
  { what: 'the environment', pattern: /(?<!\.)\bprocess\.env\b(?!ironment)/ },
  { what: 'the working directory', pattern: /(?<!\.)\bprocess\.cwd\b/ },
  { what: 'the clock', pattern: /\bDate\.now\b|\bnew Date\(\)|\bperformance\.now\b|\bhrtime\b/ },
  { what: 'randomness', pattern: /\bMath\.random\b|\brandomUUID\b|\bimport [^;]*\brandomBytes\b/ },
];

const files = readSourceFiles();

test('there are files to judge', () => expect(files.length).toBeGreaterThan(200));

test.each(Object.entries(allowedRooms))('%s imports only %j', (room, allowed) => {
  const broken = files
    .filter(({ path }) => roomOf(path) === room)
    .flatMap((file) =>
      ourImports(file)
        .filter((path) => roomOf(path) !== room && !allowed.includes(roomOf(path)))
        .map((path) => `${file.path} imports ${path}`),
    );
  expect(broken, `${room} may import ${allowed.length === 0 ? 'nothing' : allowed.join(', ')}`).toEqual([]);
});

test('no file is outside of a room', () => {
  expect(
    files.filter(({ path }) => allowedRooms[roomOf(path)] === undefined).map(({ path }) => path),
  ).toEqual([]);
});

test.each(Object.entries(allowedPlaces))('%s is used only in %j', (library, places) => {
  const broken = files
    .filter(
      ({ path, imports }) =>
        imports.some((name) => packageOf(name) === library) &&
        !places.some((place) => path.startsWith(place)),
    )
    .map(({ path }) => `${path} imports ${library}`);
  expect(broken, `${library} belongs into ${places.join(', ')}`).toEqual([]);
});

test('every library has its place', () => {
  const libraries = files.flatMap(({ path, imports }) =>
    imports
      .filter((name) => !name.startsWith('src/') && !isBuiltin(name))
      .map((name) => [packageOf(name), path] as const),
  );
  expect(libraries.filter(([name]) => allowedPlaces[name] === undefined)).toEqual([]);
});

test('Node’s modules are imported as `node:…`', () => {
  const broken = files.flatMap(({ path, imports }) =>
    imports
      .filter((name) => isBuiltin(name) && !name.startsWith('node:'))
      .map((name) => `${path} imports ${name}`),
  );
  expect(broken).toEqual([]);
});

test.each(ambient)('only cli reads $what', ({ pattern }) => {
  const broken = files
    .filter(({ path, code }) => roomOf(path) !== 'cli' && pattern.test(code))
    .map(({ path }) => path);
  expect(broken, 'take it as an argument instead').toEqual([]);
});

test('in cli, only read-surroundings.ts and what starts it do', () => {
  const readers = ['read-surroundings.ts', 'main.ts', 'load-program.ts'].map((name) => `src/cli/${name}`);
  const broken = files.filter(
    ({ path, code }) =>
      roomOf(path) === 'cli' &&
      !readers.includes(path) &&
      [...ambient.map(({ pattern }) => pattern), /(?<!\.)\bprocess\.\w/].some((pattern) =>
        pattern.test(code),
      ),
  );
  expect(broken.map(({ path }) => path)).toEqual([]);
});

test('a file holds one idea: at most 300 lines', () => {
  const long = [...files, ...readLauncherFiles()]
    .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
    .filter(({ lines }) => lines > 300);
  expect(long).toEqual([]);
});

function ourImports({ imports }: SourceFile): readonly string[] {
  return imports.filter((path) => path.startsWith('src/'));
}

function roomOf(path: string): string {
  return path.split('/')[1] ?? '';
}

function packageOf(specifier: string): string {
  if (specifier.startsWith('node:')) return specifier;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
