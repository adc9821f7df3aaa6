import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { buildTar, type TarPart } from './tar-builder.ts';
import { singleId, unpackInMemory } from './unpack-in-memory.ts';

interface Case {
  readonly name: string;
  readonly path: string;
  /** Undefined: nothing is there. */
  readonly expect: object | undefined;
  readonly parts: readonly TarPart[];
}

const becomes = (
  name: string,
  path: string,
  wanted: object | undefined,
  ...parts: readonly TarPart[]
): Case => ({
  name,
  path,
  expect: wanted,
  parts,
});
const file = (name: string, content = 'x', more: Partial<TarPart> = {}): TarPart => ({
  name,
  content,
  ...more,
});
const directory = (name: string, more: Partial<TarPart> = {}): TarPart => ({ name, type: '5', ...more });
const symlink = (name: string, link: string): TarPart => ({ name, type: '2', link });
const hardlink = (name: string, link: string): TarPart => ({ name, type: '1', link });
const holds = (text: string): object => ({ kind: 'file', content: Buffer.from(text) });
const metadata = (wanted: object): object => ({ metadata: wanted });
const xattr = (name: string, value: string | Uint8Array): Partial<TarPart> => ({
  pax: { [`SCHILY.xattr.${name}`]: value },
});

const longName = `${'d/'.repeat(100)}end`;
const capability = new Uint8Array([1, 0, 0, 2, 0x80, 0xff, 0]);
const opaque = { kind: 'directory', opaque: true };
const overlayXattrs = {
  'SCHILY.xattr.user.mime': 'x',
  'SCHILY.xattr.user.overlay.opaque': 'y',
  'SCHILY.xattr.trusted.overlay.opaque': 'y',
  'SCHILY.xattr.security.selinux': 'z',
};

const cases: readonly Case[] = [
  becomes('a file with its content', 'a', holds('hello'), file('a', 'hello')),
  becomes('a leading ./ is nothing', 'a', holds('x'), file('./a')),
  becomes('a leading / is dropped', 'etc/a', holds('x'), file('/etc/a')),
  becomes('missing parents are made', 'a/b', metadata({ mode: 0o755 }), file('a/b/c')),
  becomes('a missing /tmp is 1777', 'tmp', metadata({ mode: 0o1777 }), file('tmp/x')),
  becomes(
    'the root has metadata',
    '',
    metadata({ mode: 0o700, uid: 5 }),
    directory('./', { mode: 0o700, uid: 5 }),
  ),
  becomes('the root is 0755 without an entry', '', metadata({ mode: 0o755, uid: 0 })),
  becomes('set-uid bits stay', 'su', metadata({ mode: 0o4755 }), file('su', '', { mode: 0o4755 })),
  becomes('owners stay', 'a', metadata({ uid: 1000, gid: 33 }), file('a', '', { uid: 1000, gid: 33 })),
  becomes('owners by PAX win', 'a', metadata({ uid: 4000 }), file('a', '', { uid: 1, pax: { uid: '4000' } })),
  becomes('names in UTF-8', 'Főtanúsítvány', holds('x'), file('Főtanúsítvány')),
  becomes('long names by PAX', longName, holds('x'), file(longName)),
  becomes(
    'symbolic links keep their target',
    'l',
    { target: '../../etc/passwd' },
    symlink('l', '../../etc/passwd'),
  ),
  becomes('hard links have the content', 'b', holds('x'), file('a'), hardlink('b', 'a')),
  becomes('hard links to symbolic links', 'b', { target: 'x' }, symlink('a', 'x'), hardlink('b', './a')),
  becomes('FIFOs', 'f', { kind: 'fifo' }, { name: 'f', type: '6' }),
  becomes('device nodes are not made', 'null', undefined, { name: 'null', type: '3' }),
  becomes(
    'old archives mark directories by a slash',
    'old',
    { kind: 'directory' },
    { name: 'old/', type: '\0' },
  ),
  becomes('a file again replaces it', 'a', holds('2'), file('a', '1'), file('a', '2')),
  becomes(
    'a replaced file keeps its other name',
    'b',
    holds('1'),
    file('a', '1'),
    hardlink('b', 'a'),
    file('a', '2'),
  ),
  becomes('a link again is one link', 'l', { target: 'x' }, symlink('l', 'x'), symlink('l', 'x')),
  becomes('a whiteout', 'd/gone', { kind: 'whiteout' }, file('d/.wh.gone', '')),
  becomes('an opaque directory', 'd', opaque, file('d/.wh..wh..opq', '')),
  becomes('aufs bookkeeping is skipped', '.wh..wh.plnk', undefined, file('.wh..wh.plnk/1.2')),
  becomes('a whiteout before the file', 'a', holds('new'), file('.wh.a', ''), file('a', 'new')),
  becomes('a whiteout after the file', 'a', holds('new'), file('a', 'new'), file('.wh.a', '')),
  becomes('a directory over a whiteout is opaque', 'd', opaque, file('.wh.d', ''), directory('d')),
  becomes('a directory before a whiteout is opaque', 'd', opaque, directory('d'), file('.wh.d', '')),
  becomes('a missing parent over a whiteout is opaque', 'd', opaque, file('.wh.d', ''), file('d/x')),
  becomes(
    'through a link, where it leads',
    'usr/lib/x',
    holds('x'),
    symlink('lib', 'usr/lib'),
    file('lib/x'),
  ),
  becomes(
    'absolute links start at the root',
    'run/x',
    holds('x'),
    symlink('var/run', '/run'),
    file('var/run/x'),
  ),
  becomes(
    'fractions of mtime',
    'a',
    metadata({ mtime: { seconds: 1_700_000_000, nanoseconds: 500_000_000 } }),
    file('a', '', { pax: { mtime: '1700000000.5' } }),
  ),
  becomes(
    'times before 1970 are 1970',
    'a',
    metadata({ mtime: { seconds: 0, nanoseconds: 0 } }),
    file('a', '', { pax: { mtime: '-5' } }),
  ),
  becomes(
    'a directory keeps its mtime though a file came later',
    'd',
    { mtime: { seconds: 1000, nanoseconds: 0 } },
    directory('d', { mtime: 1000 }),
    file('d/a'),
  ),
  becomes(
    'a binary attribute survives',
    'a',
    metadata({ xattrs: [{ name: 'security.capability', value: capability }] }),
    file('a', '', xattr('security.capability', capability)),
  ),
  becomes(
    "user attributes stay, the overlay's go",
    'd',
    metadata({ xattrs: [{ name: 'user.mime', value: new Uint8Array(Buffer.from('x')) }] }),
    directory('d', { pax: overlayXattrs }),
  ),
  becomes(
    'sparse files in format 1.0',
    's',
    holds('\0\0\0\0hi\0\0'),
    file('GNUSparseFile.0/s', `1\n4\n2\n${'\0'.repeat(506)}hi`, {
      pax: {
        'GNU.sparse.major': '1',
        'GNU.sparse.minor': '0',
        'GNU.sparse.name': 's',
        'GNU.sparse.realsize': '8',
      },
    }),
  ),
  becomes(
    'sparse files in format 0.1',
    's',
    holds('\0\0hi\0\0'),
    file('s', 'hi', { pax: { 'GNU.sparse.size': '6', 'GNU.sparse.map': '2,2' } }),
  ),
  becomes(
    'sparse files in the old format',
    's',
    holds('\0hi\0'),
    file('s', 'hi', { type: 'S', patch: oldSparse }),
  ),
];

test.each(cases)('$name', async ({ parts, path, expect: wanted }) => {
  const { tree } = await unpackInMemory(buildTar(parts));
  if (wanted === undefined) expect(tree.has(path)).toBe(false);
  else expect(tree.get(path)).toMatchObject(wanted);
});

function oldSparse(header: Buffer): void {
  header.write('00000000001\0' + '00000000002\0', 386, 'latin1');
  header.write('00000000004\0', 483, 'latin1');
}

test('hard links are one file', async () => {
  const { tree } = await unpackInMemory(buildTar([file('a'), hardlink('d/b', 'a')]));
  expect(tree.get('d/b')?.inode).toBe(tree.get('a')?.inode);
});

test('size and digest are those of the unpacked tar, gzip or not', async () => {
  const tar = buildTar([file('a', 'x'.repeat(3000)), file('b')]);
  const diffId = `sha256:${createHash('sha256').update(tar).digest('hex')}`;
  const plain = await unpackInMemory(tar);
  const packed = await unpackInMemory(gzipSync(tar), { diffId });
  expect([plain.layer.diffId, packed.layer.diffId, plain.layer.sizeBytes]).toEqual([diffId, diffId, 3001]);
  expect([...packed.tree]).toEqual([...plain.tree]);
});

test('device nodes are reported', async () => {
  const devices = [
    { name: 'dev/null', type: '3' },
    { name: 'dev/sda', type: '4' },
  ];
  const { layer } = await unpackInMemory(buildTar(devices));
  expect(layer.warnings).toEqual(['2 device nodes were not made: "dev/null", "dev/sda"']);
});

test('single-id mode flattens owners, keeps set-uid, and says so', async () => {
  const tar = buildTar([file('a', '', { uid: 99_999, gid: 7, mode: 0o4755 })]);
  const { tree, layer } = await unpackInMemory(tar, { ids: singleId });
  expect(tree.get('a')?.metadata).toMatchObject({ uid: 0, gid: 0, mode: 0o4755 });
  expect(layer.warnings.join()).toContain('"a"');
});

test('a large file passes in pieces', async () => {
  const content = Buffer.alloc(5_000_000, 'abc');
  const { tree } = await unpackInMemory(buildTar([{ name: 'big', content }, file('after')]));
  expect(tree.get('big')?.content?.equals(content)).toBe(true);
  expect(tree.get('after')).toMatchObject(holds('x'));
});
