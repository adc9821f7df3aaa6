import { execFileSync } from 'node:child_process';
import { lstat, mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Host } from '../../../src/engine/linux/host.ts';
import { openLayerWriter } from '../../../src/engine/linux/open-layer-writer.ts';
import { rangeMapping, singleIdMapping } from '../../../src/engine/linux/sandbox/id-mapping.ts';
import { openLayerServer } from '../../../src/engine/linux/sandbox/open-layer-server.ts';
import { noSlot } from '../../../src/engine/linux/tape/op.ts';
import { defaultImageLimits } from '../../../src/image/image-limits.ts';
import type { LayerIds, LayerWriter } from '../../../src/image/layer-writer.ts';
import { unpackLayer } from '../../../src/image/unpack-layer.ts';
import { buildTar, streamOf, type TarPart } from '../../image/tar-builder.ts';
import { fullIds, singleId } from '../../image/unpack-in-memory.ts';

const launcherPath = fileURLToPath(new URL(`../../../dist/launcher-linux-${process.arch}`, import.meta.url));
const asRoot = process.getuid?.() === 0;

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mayfly-layer-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

type Mapping = Parameters<typeof openLayerServer>[2];

function openWriter(mapping: Mapping): Promise<LayerWriter> {
  return openLayerWriter(new Host({}), launcherPath, mapping);
}

async function unpack(parts: readonly TarPart[], mapping: Mapping, ids: LayerIds = fullIds): Promise<void> {
  await using writer = await openWriter(mapping);
  const session = await writer.begin(directory);
  const layer = {
    kind: 'tar',
    what: 'layer',
    blob: undefined,
    diffId: undefined,
    open: () => streamOf(buildTar(parts), 65_536),
  } as const;
  await unpackLayer(layer, session, {
    ids,
    limits: defaultImageLimits,
    signal: new AbortController().signal,
  });
  await session.finish();
}

const capability = Buffer.from('0100000200200000000000000000000000000000', 'hex');

const parts: readonly TarPart[] = [
  { name: './', type: '5', mode: 0o751, mtime: 1000 },
  { name: 'bin/', type: '5', mode: 0o700, uid: 1000, gid: 33, mtime: 2000 },
  {
    name: 'bin/tool',
    content: 'x'.repeat(3_000_000),
    mode: 0o4755,
    uid: 33,
    gid: 44,
    pax: { mtime: '3000.25', 'SCHILY.xattr.user.note': 'hi', 'SCHILY.xattr.security.capability': capability },
  },
  { name: 'bin/again', type: '1', link: 'bin/tool' },
  { name: 'link', type: '2', link: '/etc/passwd', uid: 7, mtime: 4000 },
  { name: 'pipe', type: '6', mode: 0o620 },
  { name: 'etc/.wh.gone' },
  { name: 'var/.wh..wh..opq' },
  { name: 'replaced', content: 'old' },
  { name: 'replaced', content: 'new' },
];

describe.runIf(asRoot)('a layer through the launcher, as root', () => {
  test('real ids, modes, times, links, whiteouts and attributes', async () => {
    await unpack(parts, 'real-ids');
    const at = (path: string): string => join(directory, path);
    expect(await lstat(directory)).toMatchObject({ mode: 0o040751, mtimeMs: 1_000_000 });
    expect(await lstat(at('bin'))).toMatchObject({ mode: 0o040700, uid: 1000, gid: 33, mtimeMs: 2_000_000 });
    expect(await lstat(at('bin/tool'))).toMatchObject({
      mode: 0o104755,
      uid: 33,
      gid: 44,
      size: 3_000_000,
      mtimeMs: 3_000_250,
      nlink: 2,
    });
    expect((await lstat(at('bin/again'))).ino).toBe((await lstat(at('bin/tool'))).ino);
    expect(await lstat(at('link'))).toMatchObject({ uid: 7, mtimeMs: 4_000_000 });
    expect(await readlink(at('link'))).toBe('/etc/passwd');
    expect((await lstat(at('pipe'))).mode).toBe(0o010620);
    const gone = await lstat(at('etc/gone'));
    expect([gone.isCharacterDevice(), gone.rdev]).toEqual([true, 0]);
    expect(await readFile(at('replaced'), 'utf8')).toBe('new');
    expect(await readXattrs(at('bin/tool'))).toEqual({
      'user.note': 'hi',
      'security.capability': capability.toString('latin1'),
    });
    expect(await readXattrs(at('var'))).toEqual({ 'user.overlay.opaque': 'y' });
  });

  test('ids of a range', async () => {
    const base = 1_000_000_000;
    execFileSync('chown', [`${base}:${base}`, directory]);
    execFileSync('chmod', ['0755', directory]);
    await unpack(parts, rangeMapping(base));
    expect(await lstat(join(directory, 'bin/tool'))).toMatchObject({
      mode: 0o104755,
      uid: base + 33,
      gid: base + 44,
    });
    expect((await lstat(join(directory, 'etc/gone'))).isCharacterDevice()).toBe(true);
    expect(await readXattrs(join(directory, 'var'))).toEqual({ 'user.overlay.opaque': 'y' });
    await using writer = await openWriter(rangeMapping(base));
    await writer.remove(join(directory, 'bin'));
    expect(await readdir(directory)).not.toContain('bin');
  });

  test('a tree is removed, links are not followed, what is missing is fine', async () => {
    const outside = await mkdtemp(join(tmpdir(), 'mayfly-outside-'));
    await unpack(
      [...parts, { name: 'out', type: '2', link: outside }, { name: 'a/b/c/d', content: 'x' }],
      'real-ids',
    );
    await using writer = await openWriter('real-ids');
    await writer.remove(directory);
    await writer.remove(directory);
    await expect(lstat(directory)).rejects.toThrow('ENOENT');
    expect((await lstat(outside)).isDirectory()).toBe(true);
    await rm(outside, { recursive: true });
  });

  test("a failed operation is the store's error and names the path", async () => {
    await using writer = await openWriter('real-ids');
    const session = await writer.begin(directory);
    const metadata = { mode: 0o755, uid: 0, gid: 0, mtime: { seconds: 0, nanoseconds: 0 }, xattrs: [] };
    await session.apply({ kind: 'makeDirectory', path: 'missing/parent', metadata });
    await expect(session.finish()).rejects.toMatchObject({
      code: 'STORE_FAILED',
      message: expect.stringContaining('missing/parent'),
    });
    await session.abort();
  });
});

describe('a layer through the launcher, with one id', () => {
  test('everything belongs to who runs it', async () => {
    const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
    await unpack(parts, singleIdMapping(uid, gid), singleId);
    expect(await lstat(join(directory, 'bin/tool'))).toMatchObject({ mode: 0o104755, uid, gid });
    expect((await lstat(join(directory, 'etc/gone'))).isCharacterDevice()).toBe(true);
  });
});

/** Node cannot; the launcher can. */
async function readXattrs(path: string): Promise<Readonly<Record<string, string>>> {
  const server = await openLayerServer(new Host({}), launcherPath, 'real-ids');
  const [reply] = await server.perform([{ kind: 'listXattrs', dir: noSlot, path }]);
  await server.close();
  const bytes = Buffer.from(reply ?? []);
  const found: Record<string, string> = {};
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(0, at);
    const length = bytes.readUInt32LE(end + 1);
    found[bytes.toString('latin1', at, end)] = bytes.toString('latin1', end + 5, end + 5 + length);
    at = end + 5 + length;
  }
  return found;
}
