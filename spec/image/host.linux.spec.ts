import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseElf } from '../../src/image/host/elf.ts';
import { defaultImageLimits } from '../../src/image/image-limits.ts';
import type { SourcedImage } from '../../src/image/image-source.ts';
import { inputsUnchanged } from '../../src/image/input-fact.ts';
import { writeLayer } from '../../src/image/layer/write-layer.ts';
import { readHostImage } from '../../src/image/source/host.ts';
import { MemorySession, type MemoryTree } from './memory-layer-writer.ts';
import { sourceContext } from './source-context.ts';
import { fullIds } from './unpack-in-memory.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mayfly-host-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const context = sourceContext({ programPlaces: { node: process.execPath } });

async function hostTree(image: SourcedImage): Promise<MemoryTree> {
  const merged: MemoryTree = new Map();
  for (const layer of image.layers) {
    if (layer.kind !== 'entries') throw new Error('a host layer has entries');
    const session = new MemorySession();
    await writeLayer(layer.entries(), session, {
      ids: fullIds,
      limits: defaultImageLimits,
      signal: context.signal,
    });
    for (const [path, node] of session.tree) merged.set(path, node);
  }
  return merged;
}

/** What this machine has of programs with many libraries and of such with few. */
const comparedPrograms = [
  process.execPath,
  ...['sh', 'cat', 'tar', 'gzip', 'git', 'perl', 'gcc', 'apt', 'openssl', 'ssh', 'passwd']
    .map((name) => `/usr/bin/${name}`)
    .filter((path) => existsSync(path)),
];

/** As the loader itself says (ld.so(8), `--list`): the files behind the names, links resolved. */
function loaderList(program: string): readonly string[] {
  const bytes = readFileSync(program);
  const facts = parseElf((offset, length) => bytes.subarray(offset, offset + length));
  if (facts?.interpreter === undefined) return [];
  const listing = execFileSync(facts.interpreter, ['--list', program], { encoding: 'utf8', env: {} });
  return [...listing.matchAll(/(?:=> )?(\/\S+) \(0x/g)].map((match) => realpathSync(match[1] ?? ''));
}

describe('host: programs with what they load', () => {
  test.each(comparedPrograms)('%s has all libraries the loader lists', async (program) => {
    const tree = await hostTree(
      await readHostImage({ kind: 'host', programs: [program], files: [] }, context),
    );
    const wanted = loaderList(realpathSync(program));
    expect(wanted.filter((library) => !tree.has(library.slice(1)))).toEqual([]);
  });

  test('links stay links', async () => {
    const tree = await hostTree(await readHostImage({ kind: 'host', programs: ['sh'], files: [] }, context));
    const real = realpathSync('/bin/sh').slice(1);
    expect(tree.get(real)).toMatchObject({ kind: 'file', metadata: { uid: 0, gid: 0 } });
    expect(tree.get(real)?.content?.equals(readFileSync('/bin/sh'))).toBe(true);
    if (realpathSync('/bin') === '/usr/bin')
      expect(tree.get('bin')).toMatchObject({ kind: 'symlink', target: 'usr/bin' });
  });

  test('the base is there: users, name service, a /tmp for all', async () => {
    const tree = await hostTree(await readHostImage({ kind: 'host', programs: [], files: [] }, context));
    expect(tree.get('etc/passwd')?.content?.toString()).toMatch(/^root:x:0:0:/);
    expect(tree.get('etc/nsswitch.conf')?.content?.toString()).toContain('hosts: files dns');
    expect(tree.get('tmp')?.metadata?.mode).toBe(0o1777);
    for (const path of ['proc', 'sys', 'dev', 'etc/group', 'etc/resolv.conf'])
      expect(tree.has(path)).toBe(true);
  });

  test('a script brings its interpreter, by env too', async () => {
    const script = join(folder, 'tool');
    writeFileSync(script, '#!/usr/bin/env -S FOO=1 cat\n');
    chmodSync(script, 0o755);
    const tree = await hostTree(
      await readHostImage({ kind: 'host', programs: [script], files: [] }, context),
    );
    for (const path of [script, '/usr/bin/env', realpathSync('/usr/bin/cat')])
      expect(tree.has(path.slice(1))).toBe(true);
  });

  test('files: a directory comes with everything in it', async () => {
    const data = join(folder, 'data');
    mkdirSync(join(data, 'deep'), { recursive: true });
    writeFileSync(join(data, 'deep/a'), 'A');
    symlinkSync('deep/a', join(data, 'l'));
    const tree = await hostTree(await readHostImage({ kind: 'host', programs: [], files: [data] }, context));
    expect(tree.get(join(data, 'deep/a').slice(1))?.content?.toString()).toBe('A');
    expect(tree.get(join(data, 'l').slice(1))).toMatchObject({ kind: 'symlink', target: 'deep/a' });
  });

  test('a server is found by whoever has no sbin in his PATH', async () => {
    const image = await readHostImage({ kind: 'host', programs: ['ldconfig'], files: [] }, context);
    expect([...(await hostTree(image)).keys()].some((path) => /sbin\/ldconfig$/.test(path))).toBe(true);
  });

  test('a program that is not there is named, with where it was looked for', async () => {
    await expect(
      readHostImage({ kind: 'host', programs: ['no-such-program'], files: [] }, context),
    ).rejects.toMatchObject({
      code: 'IMAGE_HOST_PROGRAM_MISSING',
      message: expect.stringContaining('no-such-program'),
      hint: expect.stringContaining('/usr/bin'),
    });
  });

  test('what it was made from is remembered: a changed file, and a program earlier on the path', async () => {
    const [early, late] = [join(folder, 'early'), join(folder, 'late')];
    mkdirSync(early);
    mkdirSync(late);
    writeFileSync(join(late, 'prog'), '#!/bin/sh\n', { mode: 0o755 });
    const read = (): Promise<SourcedImage> =>
      readHostImage(
        { kind: 'host', programs: ['prog'], files: [] },
        { ...context, searchPath: [early, late, '/bin'] },
      );
    const first = await read();
    expect(inputsUnchanged(first.inputs, () => '')).toBe(true);
    expect(recipes(await read())).toEqual(recipes(first));
    writeFileSync(join(late, 'prog'), '#!/bin/sh\n:\n');
    expect(inputsUnchanged(first.inputs, () => '')).toBe(false);
    const second = await read();
    expect(recipes(second)).not.toEqual(recipes(first));
    writeFileSync(join(early, 'prog'), '#!/bin/sh\n', { mode: 0o755 });
    expect(inputsUnchanged(second.inputs, () => '')).toBe(false);
  });

  test('a large program has a layer of its own, the same in every image', async () => {
    const one = await readHostImage({ kind: 'host', programs: ['node'], files: [] }, context);
    const other = await readHostImage({ kind: 'host', programs: ['cat', 'node'], files: [] }, context);
    expect(recipes(one)[0]).toBe(recipes(other)[0]);
    expect(recipes(one)[1]).not.toBe(recipes(other)[1]);
  });
});

function recipes(image: SourcedImage): readonly string[] {
  return image.layers.map((layer) => (layer.kind === 'entries' ? layer.recipe : ''));
}
