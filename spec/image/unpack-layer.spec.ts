import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { MayflyError } from '../../src/core/mayfly-error.ts';
import { buildPart, buildPax, buildTar, type TarPart } from './tar-builder.ts';
import { singleId, unpackInMemory } from './unpack-in-memory.ts';

describe('what an honest layer becomes', () => {
  interface Case {
    readonly name: string;
    readonly parts: readonly TarPart[];
    readonly path: string;
    readonly expect: object | undefined;
  }
  const cases: readonly Case[] = [
    {
      name: 'a file with its content',
      parts: [{ name: 'a', content: 'hello' }],
      path: 'a',
      expect: { kind: 'file', content: Buffer.from('hello') },
    },
    {
      name: 'a leading ./ is nothing',
      parts: [{ name: './a', content: 'x' }],
      path: 'a',
      expect: { kind: 'file' },
    },
    {
      name: 'a leading / is dropped',
      parts: [{ name: '/etc/a', content: 'x' }],
      path: 'etc/a',
      expect: { kind: 'file' },
    },
    {
      name: 'missing parents are made',
      parts: [{ name: 'a/b/c', content: 'x' }],
      path: 'a/b',
      expect: { kind: 'directory', metadata: { mode: 0o755 } },
    },
    {
      name: 'a missing /tmp is 1777',
      parts: [{ name: 'tmp/x', content: 'x' }],
      path: 'tmp',
      expect: { metadata: { mode: 0o1777 } },
    },
    {
      name: 'the root has metadata of its own',
      parts: [{ name: './', type: '5', mode: 0o700, uid: 5 }],
      path: '',
      expect: { metadata: { mode: 0o700, uid: 5 } },
    },
    {
      name: 'the root is 0755 without an entry',
      parts: [],
      path: '',
      expect: { metadata: { mode: 0o755, uid: 0 } },
    },
    {
      name: 'set-uid bits stay',
      parts: [{ name: 'su', mode: 0o4755 }],
      path: 'su',
      expect: { metadata: { mode: 0o4755 } },
    },
    {
      name: 'owners stay',
      parts: [{ name: 'a', uid: 1000, gid: 33 }],
      path: 'a',
      expect: { metadata: { uid: 1000, gid: 33 } },
    },
    {
      name: 'owners of PAX headers win',
      parts: [{ name: 'a', uid: 1, pax: { uid: '4000', gid: '5000' } }],
      path: 'a',
      expect: { metadata: { uid: 4000, gid: 5000 } },
    },
    {
      name: 'fractions of mtime',
      parts: [{ name: 'a', pax: { mtime: '1700000000.5' } }],
      path: 'a',
      expect: { metadata: { mtime: { seconds: 1_700_000_000, nanoseconds: 500_000_000 } } },
    },
    {
      name: 'times before 1970 are 1970',
      parts: [{ name: 'a', pax: { mtime: '-5' } }],
      path: 'a',
      expect: { metadata: { mtime: { seconds: 0, nanoseconds: 0 } } },
    },
    {
      name: 'a directory keeps its mtime though a file came later',
      parts: [
        { name: 'd', type: '5', mtime: 1000 },
        { name: 'd/a', content: 'x' },
      ],
      path: 'd',
      expect: { mtime: { seconds: 1000, nanoseconds: 0 } },
    },
    {
      name: 'symbolic links keep their target',
      parts: [{ name: 'l', type: '2', link: '../../etc/passwd' }],
      path: 'l',
      expect: { kind: 'symlink', target: '../../etc/passwd' },
    },
    {
      name: 'hard links share the inode',
      parts: [
        { name: 'a', content: 'x' },
        { name: 'b', type: '1', link: 'a' },
      ],
      path: 'b',
      expect: { kind: 'file', content: Buffer.from('x') },
    },
    {
      name: 'hard links to symbolic links',
      parts: [
        { name: 'a', type: '2', link: 'x' },
        { name: 'b', type: '1', link: './a' },
      ],
      path: 'b',
      expect: { kind: 'symlink', target: 'x' },
    },
    { name: 'FIFOs', parts: [{ name: 'f', type: '6' }], path: 'f', expect: { kind: 'fifo' } },
    {
      name: 'device nodes are not made',
      parts: [{ name: 'null', type: '3' }],
      path: 'null',
      expect: undefined,
    },
    {
      name: 'long names by PAX',
      parts: [{ name: `${'d/'.repeat(100)}end`, content: 'x' }],
      path: `${'d/'.repeat(100)}end`,
      expect: { kind: 'file' },
    },
    {
      name: 'names in UTF-8',
      parts: [{ name: 'Főtanúsítvány', content: 'x' }],
      path: 'Főtanúsítvány',
      expect: { kind: 'file' },
    },
    {
      name: 'an old archive marks directories by a slash',
      parts: [{ name: 'old/', type: '\0' }],
      path: 'old',
      expect: { kind: 'directory' },
    },
    {
      name: 'a file again replaces it',
      parts: [
        { name: 'a', content: '1' },
        { name: 'a', content: '2' },
      ],
      path: 'a',
      expect: { content: Buffer.from('2') },
    },
    {
      name: 'a replaced file keeps its other name',
      parts: [
        { name: 'a', content: '1' },
        { name: 'b', type: '1', link: 'a' },
        { name: 'a', content: '2' },
      ],
      path: 'b',
      expect: { content: Buffer.from('1') },
    },
    { name: 'a whiteout', parts: [{ name: 'd/.wh.gone' }], path: 'd/gone', expect: { kind: 'whiteout' } },
    {
      name: 'an opaque directory',
      parts: [{ name: 'd/.wh..wh..opq' }],
      path: 'd',
      expect: { kind: 'directory', opaque: true },
    },
    {
      name: 'aufs bookkeeping is skipped',
      parts: [{ name: '.wh..wh.plnk/1.2' }],
      path: '.wh..wh.plnk',
      expect: undefined,
    },
    {
      name: 'a whiteout before the same file hides only what is below',
      parts: [{ name: '.wh.a' }, { name: 'a', content: 'new' }],
      path: 'a',
      expect: { kind: 'file', content: Buffer.from('new') },
    },
    {
      name: 'a whiteout after the same file does nothing',
      parts: [{ name: 'a', content: 'new' }, { name: '.wh.a' }],
      path: 'a',
      expect: { kind: 'file' },
    },
    {
      name: 'a directory made anew over a whiteout is opaque',
      parts: [{ name: '.wh.d' }, { name: 'd', type: '5' }],
      path: 'd',
      expect: { kind: 'directory', opaque: true },
    },
    {
      name: 'a directory with a later whiteout is opaque',
      parts: [{ name: 'd', type: '5' }, { name: '.wh.d' }],
      path: 'd',
      expect: { kind: 'directory', opaque: true },
    },
    {
      name: 'a missing parent over a whiteout is opaque',
      parts: [{ name: '.wh.d' }, { name: 'd/x', content: 'x' }],
      path: 'd',
      expect: { kind: 'directory', opaque: true },
    },
    {
      name: 'an entry through a link lands where the link leads',
      parts: [
        { name: 'lib', type: '2', link: 'usr/lib' },
        { name: 'lib/x', content: 'x' },
      ],
      path: 'usr/lib/x',
      expect: { kind: 'file' },
    },
    {
      name: 'absolute links are relative to the root',
      parts: [
        { name: 'var/run', type: '2', link: '/run' },
        { name: 'var/run/x', content: 'x' },
      ],
      path: 'run/x',
      expect: { kind: 'file' },
    },
    {
      name: 'a binary attribute survives',
      parts: [
        { name: 'a', pax: { 'SCHILY.xattr.security.capability': Buffer.from([1, 0, 0, 2, 0x80, 0xff, 0]) } },
      ],
      path: 'a',
      expect: {
        metadata: {
          xattrs: [{ name: 'security.capability', value: new Uint8Array([1, 0, 0, 2, 0x80, 0xff, 0]) }],
        },
      },
    },
    {
      name: "user attributes stay, the overlay's go",
      parts: [
        {
          name: 'd',
          type: '5',
          pax: {
            'SCHILY.xattr.user.mime': 'x',
            'SCHILY.xattr.user.overlay.opaque': 'y',
            'SCHILY.xattr.trusted.overlay.opaque': 'y',
            'SCHILY.xattr.security.selinux': 'z',
          },
        },
      ],
      path: 'd',
      expect: { metadata: { xattrs: [{ name: 'user.mime' }] } },
    },
    {
      name: 'sparse files in format 1.0',
      parts: [
        {
          name: 'GNUSparseFile.0/s',
          content: Buffer.concat([
            Buffer.from('1\n4\n2\n').subarray(0),
            Buffer.alloc(506),
            Buffer.from('hi'),
          ]),
          pax: {
            'GNU.sparse.major': '1',
            'GNU.sparse.minor': '0',
            'GNU.sparse.name': 's',
            'GNU.sparse.realsize': '8',
          },
        },
      ],
      path: 's',
      expect: { content: Buffer.from('\0\0\0\0hi\0\0') },
    },
    {
      name: 'sparse files in format 0.1',
      parts: [{ name: 's', content: 'hi', pax: { 'GNU.sparse.size': '6', 'GNU.sparse.map': '2,2' } }],
      path: 's',
      expect: { content: Buffer.from('\0\0hi\0\0') },
    },
    {
      name: 'sparse files in the old format',
      parts: [{ name: 's', type: 'S', content: 'hi', patch: oldSparse }],
      path: 's',
      expect: { content: Buffer.from('\0hi\0') },
    },
  ];
  test.each(cases)('$name', async ({ parts, path, expect: wanted }) => {
    const { tree } = await unpackInMemory(buildTar(parts));
    if (wanted === undefined) expect(tree.has(path)).toBe(false);
    else expect(tree.get(path)).toMatchObject(wanted);
  });

  test('hard links are one file', async () => {
    const { tree } = await unpackInMemory(
      buildTar([
        { name: 'a', content: 'x' },
        { name: 'd/b', type: '1', link: 'a' },
      ]),
    );
    expect(tree.get('d/b')?.inode).toBe(tree.get('a')?.inode);
  });

  test('size and digest are those of the unpacked tar, gzip or not', async () => {
    const tar = buildTar([
      { name: 'a', content: 'x'.repeat(3000) },
      { name: 'b', content: 'y' },
    ]);
    const diffId = `sha256:${createHash('sha256').update(tar).digest('hex')}`;
    const plain = await unpackInMemory(tar);
    const packed = await unpackInMemory(gzipSync(tar), { diffId });
    expect([plain.layer.diffId, packed.layer.diffId, plain.layer.sizeBytes]).toEqual([diffId, diffId, 3001]);
    expect([...packed.tree]).toEqual([...plain.tree]);
  });

  test('device nodes are reported', async () => {
    const { layer } = await unpackInMemory(
      buildTar([
        { name: 'dev/null', type: '3' },
        { name: 'dev/sda', type: '4' },
      ]),
    );
    expect(layer.warnings).toEqual(['2 device nodes were not made: "dev/null", "dev/sda"']);
  });

  test('single-id mode flattens owners, keeps set-uid, and says so', async () => {
    const { tree, layer } = await unpackInMemory(
      buildTar([{ name: 'a', uid: 99_999, gid: 7, mode: 0o4755 }]),
      { ids: singleId },
    );
    expect(tree.get('a')?.metadata).toMatchObject({ uid: 0, gid: 0, mode: 0o4755 });
    expect(layer.warnings.join()).toContain('"a"');
  });

  test('a large file passes in pieces', async () => {
    const content = Buffer.alloc(5_000_000, 'abc');
    const { tree } = await unpackInMemory(
      buildTar([
        { name: 'big', content },
        { name: 'after', content: 'x' },
      ]),
    );
    expect(tree.get('big')?.content?.equals(content)).toBe(true);
    expect(tree.get('after')?.content).toEqual(Buffer.from('x'));
  });
});

function oldSparse(header: Buffer): void {
  header.write('00000000001\0' + '00000000002\0', 386, 'latin1');
  header.write('00000000004\0', 483, 'latin1');
}

describe('what a hostile layer meets', () => {
  interface Case {
    readonly name: string;
    readonly tar: Buffer;
    readonly code: MayflyError['code'];
    readonly says: RegExp;
    readonly limits?: object;
  }
  const tar = (...parts: readonly TarPart[]): Buffer => buildTar(parts);
  const link = (name: string, target: string): TarPart => ({ name, type: '2', link: target });
  const cases: readonly Case[] = [
    { name: '.. in front', tar: tar({ name: '../evil' }), code: 'IMAGE_HOSTILE', says: /"\.\."/ },
    { name: '.. in the middle', tar: tar({ name: 'a/../../evil' }), code: 'IMAGE_HOSTILE', says: /"\.\."/ },
    {
      name: '.. that would stay inside',
      tar: tar({ name: 'a/../b' }),
      code: 'IMAGE_HOSTILE',
      says: /"\.\."/,
    },
    { name: '.. after a slash', tar: tar({ name: '/../evil' }), code: 'IMAGE_HOSTILE', says: /"\.\."/ },
    {
      name: '.. by PAX',
      tar: tar({ name: 'a', pax: { path: '../../evil' } }),
      code: 'IMAGE_HOSTILE',
      says: /"\.\."/,
    },
    {
      name: 'a NUL by PAX',
      tar: tar({ name: 'a', pax: { path: 'a\0b' } }),
      code: 'IMAGE_HOSTILE',
      says: /NUL/,
    },
    {
      name: 'a name that is not UTF-8',
      tar: tar({ name: 'a', patch: (header) => header.writeUInt8(0xff, 0) }),
      code: 'IMAGE_INVALID',
      says: /UTF-8/,
    },
    {
      name: 'through a link that climbs out',
      tar: tar(link('l', '../../etc'), { name: 'l/cron.d/x' }),
      code: 'IMAGE_HOSTILE',
      says: /out of the image/,
    },
    {
      name: 'through two links that climb out together',
      tar: tar({ name: 'a', type: '5' }, link('a/up', '..'), link('l', 'a/up/..'), { name: 'l/x' }),
      code: 'IMAGE_HOSTILE',
      says: /out of the image/,
    },
    {
      name: 'through a circle of links',
      tar: tar(link('a', 'b'), link('b', 'a'), { name: 'a/x' }),
      code: 'IMAGE_HOSTILE',
      says: /circle/,
    },
    {
      name: 'a link, then a directory in its place',
      tar: tar(link('d', '/etc'), { name: 'd', type: '5' }),
      code: 'IMAGE_HOSTILE',
      says: /twice, as symlink and as directory/,
    },
    {
      name: 'a link, then a file in its place',
      tar: tar(link('d', '/etc/passwd'), { name: 'd', content: 'x' }),
      code: 'IMAGE_HOSTILE',
      says: /twice/,
    },
    {
      name: 'a directory, then a link in its place',
      tar: tar({ name: 'd', type: '5' }, link('d', '/etc'), { name: 'd/x' }),
      code: 'IMAGE_HOSTILE',
      says: /twice/,
    },
    {
      name: 'a link that changes its mind',
      tar: tar(link('d', 'a'), link('d', '/etc')),
      code: 'IMAGE_HOSTILE',
      says: /different targets/,
    },
    {
      name: 'below a file',
      tar: tar({ name: 'f', content: 'x' }, { name: 'f/x' }),
      code: 'IMAGE_HOSTILE',
      says: /which is a file/,
    },
    {
      name: 'below a device',
      tar: tar({ name: 'f', type: '3' }, { name: 'f/x' }),
      code: 'IMAGE_HOSTILE',
      says: /which is a device/,
    },
    {
      name: 'a device in place of a file',
      tar: tar({ name: 'f' }, { name: 'f', type: '4' }),
      code: 'IMAGE_HOSTILE',
      says: /twice/,
    },
    { name: 'the root as a link', tar: tar(link('/', '/etc')), code: 'IMAGE_HOSTILE', says: /root/ },
    { name: 'the root as a file', tar: tar({ name: '.' }), code: 'IMAGE_HOSTILE', says: /root/ },
    {
      name: 'a hard link out of the image',
      tar: tar({ name: 'l', type: '1', link: '../../etc/shadow' }),
      code: 'IMAGE_HOSTILE',
      says: /"\.\."/,
    },
    {
      name: 'a hard link to a file of the host',
      tar: tar({ name: 'l', type: '1', link: '/etc/shadow' }),
      code: 'IMAGE_INVALID',
      says: /does not hold/,
    },
    {
      name: 'a hard link through a link',
      tar: tar(link('d', '../..'), { name: 'l', type: '1', link: 'd/etc/shadow' }),
      code: 'IMAGE_HOSTILE',
      says: /out of the image/,
    },
    {
      name: 'a hard link to a directory',
      tar: tar({ name: 'd', type: '5' }, { name: 'l', type: '1', link: 'd' }),
      code: 'IMAGE_HOSTILE',
      says: /directory/,
    },
    {
      name: 'a hard link to a whiteout',
      tar: tar({ name: '.wh.a' }, { name: 'l', type: '1', link: 'a' }),
      code: 'IMAGE_HOSTILE',
      says: /whiteout/,
    },
    {
      name: 'a hard link before its target',
      tar: tar({ name: 'l', type: '1', link: 'a' }, { name: 'a' }),
      code: 'IMAGE_INVALID',
      says: /does not hold/,
    },
    {
      name: 'a hard link with content',
      tar: tar({ name: 'a' }, { name: 'l', type: '1', link: 'a', content: 'x' }),
      code: 'IMAGE_INVALID',
      says: /with content/,
    },
    { name: 'a link without target', tar: tar(link('l', '')), code: 'IMAGE_INVALID', says: /no target/ },
    {
      name: 'a whiteout of ..',
      tar: tar({ name: 'd/.wh...' }),
      code: 'IMAGE_HOSTILE',
      says: /nothing that can be deleted/,
    },
    {
      name: 'a whiteout of nothing',
      tar: tar({ name: '.wh.' }),
      code: 'IMAGE_HOSTILE',
      says: /nothing that can be deleted/,
    },
    {
      name: 'below a whiteout',
      tar: tar({ name: '.wh.d/x' }),
      code: 'IMAGE_HOSTILE',
      says: /below a whiteout/,
    },
    {
      name: 'an opaque root',
      tar: tar({ name: '.wh..wh..opq' }),
      code: 'IMAGE_INVALID',
      says: /whole image/,
    },
    {
      name: 'ids that cannot be mapped',
      tar: tar({ name: 'a', uid: 65_536 }),
      code: 'IMAGE_LIMIT',
      says: /"a" belongs to user 65536/,
    },
    {
      name: 'a negative id',
      tar: tar({ name: 'a', pax: { gid: '-1' } }),
      code: 'IMAGE_LIMIT',
      says: /group -1/,
    },
    {
      name: 'a name that is too long',
      tar: tar({ name: 'x'.repeat(256) }),
      code: 'IMAGE_LIMIT',
      says: /nameBytes: 255/,
    },
    {
      name: 'a path that is too long',
      tar: tar({ name: 'x/'.repeat(2048) }),
      code: 'IMAGE_LIMIT',
      says: /pathBytes: 4095/,
    },
    {
      name: 'a target that is too long',
      tar: tar(link('l', 'x'.repeat(4096))),
      code: 'IMAGE_LIMIT',
      says: /pathBytes/,
    },
    {
      name: 'too many entries',
      tar: tar({ name: 'a' }, { name: 'b' }, { name: 'c' }),
      limits: { layerEntries: 2 },
      code: 'IMAGE_LIMIT',
      says: /layerEntries: 2/,
    },
    {
      name: 'too many bytes',
      tar: tar({ name: 'a', content: 'x'.repeat(5000) }),
      limits: { layerBytes: 4096 },
      code: 'IMAGE_LIMIT',
      says: /layerBytes: 4096/,
    },
    {
      name: 'a file that claims to be huge',
      tar: tar({ name: 'a', size: 2 ** 40 }),
      code: 'IMAGE_LIMIT',
      says: /layerBytes/,
    },
    {
      name: 'a sparse file that is huge',
      tar: tar({
        name: 's',
        content: 'x',
        pax: { 'GNU.sparse.size': '900000000000000', 'GNU.sparse.map': '0,1' },
      }),
      code: 'IMAGE_LIMIT',
      says: /layerBytes/,
    },
    {
      name: 'a sparse map that goes backwards',
      tar: tar({ name: 's', content: 'xy', pax: { 'GNU.sparse.size': '9', 'GNU.sparse.map': '5,1,2,1' } }),
      code: 'IMAGE_INVALID',
      says: /sparse/,
    },
    {
      name: 'attributes that are too large',
      tar: tar({ name: 'a', pax: { 'SCHILY.xattr.user.a': 'x'.repeat(200_000) } }),
      code: 'IMAGE_LIMIT',
      says: /xattrBytes/,
    },
    {
      name: 'headers that are too large',
      tar: tar({ name: 'a', pax: { comment: 'x'.repeat(1_100_000) } }),
      code: 'IMAGE_LIMIT',
      says: /entryHeaderBytes/,
    },
    {
      name: 'headers without end',
      tar: Buffer.concat(Array.from({ length: 40 }, () => buildPax({ comment: 'x'.repeat(200_000) }))),
      code: 'IMAGE_LIMIT',
      says: /entryHeaderBytes/,
    },
    {
      name: 'a bad checksum',
      tar: tar({ name: 'a', badChecksum: true }),
      code: 'IMAGE_INVALID',
      says: /not a sound tar/,
    },
    {
      name: 'an end in the middle',
      tar: tar({ name: 'a', content: 'x'.repeat(2000) }).subarray(0, 1500),
      code: 'IMAGE_INVALID',
      says: /Unexpected end/,
    },
    {
      name: 'an unknown type',
      tar: tar({ name: 'a', type: 'D' }),
      code: 'IMAGE_INVALID',
      says: /unknown type "D"/,
    },
    {
      name: 'entries after the end',
      tar: Buffer.concat([tar({ name: 'a' }), buildPart({ name: 'b' })]),
      code: 'IMAGE_INVALID',
      says: /after its end/,
    },
    {
      name: 'a global header that renames',
      tar: Buffer.concat([buildPax({ path: 'evil' }, 'g'), tar({ name: 'a' })]),
      code: 'IMAGE_HOSTILE',
      says: /global header/,
    },
    {
      name: 'a malformed PAX record',
      tar: Buffer.concat([buildPart({ name: 'p', type: 'x', content: '99 path=x\n' }), tar({ name: 'a' })]),
      code: 'IMAGE_INVALID',
      says: /PAX/,
    },
    {
      name: 'a bomb',
      tar: gzipSync(buildTar([{ name: 'a', content: Buffer.alloc(4_000_000) }])),
      limits: { ratioFreeBytes: 1_000_000 },
      code: 'IMAGE_LIMIT',
      says: /ratio: 200/,
    },
    {
      name: 'a bomb below the ratio',
      tar: gzipSync(buildTar([{ name: 'a', content: Buffer.alloc(4_000_000) }])),
      limits: { layerBytes: 3_000_000 },
      code: 'IMAGE_LIMIT',
      says: /layerBytes/,
    },
    {
      name: 'damaged gzip',
      tar: gzipSync(tar({ name: 'a', content: 'abc'.repeat(1000) })).fill(0xaa, 20, 40),
      code: 'IMAGE_INVALID',
      says: /gzip/,
    },
    {
      name: 'cut gzip',
      tar: gzipSync(tar({ name: 'a', content: 'abc'.repeat(1000) })).subarray(0, 40),
      code: 'IMAGE_INVALID',
      says: /gzip/,
    },
    { name: 'xz', tar: Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]), code: 'IMAGE_INVALID', says: /xz/ },
  ];
  test.each(cases)('$name', async ({ tar: bytes, code, says, limits }) => {
    const refused = await unpackInMemory(bytes, { limits: limits ?? {} }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(MayflyError);
    expect(refused).toMatchObject({ code, message: expect.stringMatching(says) });
  });

  test('content with another digest than announced, packed or unpacked', async () => {
    const bytes = buildTar([{ name: 'a' }]);
    const zero = `sha256:${'0'.repeat(64)}`;
    await expect(unpackInMemory(bytes, { diffId: zero })).rejects.toMatchObject({
      code: 'IMAGE_DIGEST_MISMATCH',
    });
    await expect(
      unpackInMemory(bytes, { blob: { digest: zero, sizeBytes: bytes.length } }),
    ).rejects.toMatchObject({ code: 'IMAGE_DIGEST_MISMATCH' });
  });
});
