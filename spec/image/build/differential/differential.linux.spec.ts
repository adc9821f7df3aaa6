import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeWithPrograms } from '../../../requires.ts';
import { BuildBench, base } from '../build-bench.ts';
import { Buildah } from './buildah.ts';
import { configCases, copyCases, type DifferentialCase, runCases } from './cases.ts';
import { plainConfig } from './compare-configs.ts';
import { unpackWithUmoci } from './umoci.ts';

let bench: BuildBench;
let buildah: Buildah;
let count = 0;
beforeAll(async () => {
  bench = await BuildBench.open();
  buildah = new Buildah(bench.folder);
});
afterAll(() => bench[Symbol.asyncDispose]());

const isRoot = process.getuid?.() === 0;
const programs = ['busybox', 'buildah', 'umoci', 'getfattr', ...(isRoot ? [] : ['root'])];

/** What other runtimes leave where they mounted something, and ours does not; and the root, whose mode is that of the folder it is unpacked to. */
const leftBehind = [
  '',
  'etc/hostname',
  'dev',
  'proc',
  'sys',
  'run',
  'etc/hosts',
  'etc/resolv.conf',
  'run/.containerenv',
  'run/secrets',
];

describeWithPrograms(programs, ['userns', 'overlay'], 'the same Dockerfile by buildah', () => {
  describe.each([
    ['COPY and ADD', copyCases],
    ['RUN, stages and variables', runCases],
    ['the configuration', configCases],
  ])('%s', (_, cases) => {
    test.each(cases)('$name', compare);
  });
});

async function compare({
  lines,
  files = {},
  options = {},
  from = base.trim(),
  except = {},
  exceptConfig = {},
}: DifferentialCase): Promise<void> {
  count += 1;
  const context = await bench.context({ ...files, Dockerfile: `${from}\n${lines.join('\n')}\n` });
  const { image } = await bench.buildAt(context, options);
  const ours = unpackWithUmoci(image, join(bench.folder, 'store'), join(bench.folder, `compared${count}`));
  const flags = Object.entries(options.args ?? {}).flatMap(([name, value]) => [
    '--build-arg',
    `${name}=${value}`,
  ]);
  const target = options.target === undefined ? [] : ['--target', options.target];
  const theirs = buildah.build(context, [...flags, ...target]);
  const differing = new Set([...Object.keys(except), ...leftBehind]);
  const kept = (tree: Readonly<Record<string, string>>): unknown =>
    Object.fromEntries(Object.entries(tree).filter(([path]) => !differing.has(path)));
  expect(kept(ours.tree)).toEqual(kept(theirs.tree));
  const plain = (config: Readonly<Record<string, unknown>>): unknown =>
    Object.fromEntries(
      Object.entries(plainConfig(config)).filter(([key]) => exceptConfig[key] === undefined),
    );
  expect(plain(ours.config)).toEqual(plain(theirs.config));
}
