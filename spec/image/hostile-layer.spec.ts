import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { ErrorCode } from '../../src/core/error-catalogue.ts';
import { MayflyError } from '../../src/core/mayfly-error.ts';
import type { ImageLimits } from '../../src/image/image-limits.ts';
import { buildPart, buildPax, buildTar, type TarPart } from './tar-builder.ts';
import { unpackInMemory } from './unpack-in-memory.ts';

interface Case {
  readonly name: string;
  readonly code: ErrorCode;
  readonly says: RegExp;
  readonly tar: Buffer;
  readonly limits: Partial<ImageLimits>;
}

const refused =
  (code: ErrorCode) =>
  (
    name: string,
    says: RegExp,
    content: Buffer | readonly TarPart[],
    limits: Partial<ImageLimits> = {},
  ): Case => ({
    name,
    code,
    says,
    tar: Buffer.isBuffer(content) ? content : buildTar(content as readonly TarPart[]),
    limits,
  });
const hostile = refused('IMAGE_HOSTILE');
const invalid = refused('IMAGE_INVALID');
const limit = refused('IMAGE_LIMIT');

const file = (name: string, content = '', more: Partial<TarPart> = {}): TarPart => ({
  name,
  content,
  ...more,
});
const pax = (records: Readonly<Record<string, string>>, content = ''): TarPart =>
  file('a', content, { pax: records });
const directory = (name: string): TarPart => ({ name, type: '5' });
const device = (name: string): TarPart => ({ name, type: '3' });
const symlink = (name: string, link: string): TarPart => ({ name, type: '2', link });
const hardlink = (name: string, link: string): TarPart => ({ name, type: '1', link });
const sparse = (size: string, map: string): TarPart =>
  pax({ 'GNU.sparse.size': size, 'GNU.sparse.map': map }, 'xy');
const notUtf8 = (header: Buffer): void => {
  header.writeUInt8(0xff, 0);
};
const zeros = gzipSync(buildTar([{ name: 'a', content: Buffer.alloc(4_000_000) }]));
const text = gzipSync(buildTar([file('a', 'abc'.repeat(1000))]));
const endless = Array.from({ length: 40 }, () => buildPax({ comment: 'x'.repeat(200_000) }));

const cases: readonly Case[] = [
  hostile('.. in front', /"\.\."/, [file('../evil')]),
  hostile('.. in the middle', /"\.\."/, [file('a/../../evil')]),
  hostile('.. that would stay inside', /"\.\."/, [file('a/../b')]),
  hostile('.. after a slash', /"\.\."/, [file('/../evil')]),
  hostile('.. by PAX', /"\.\."/, [pax({ path: '../../evil' })]),
  hostile('a NUL by PAX', /NUL/, [pax({ path: 'a\0b' })]),
  invalid('a name that is not UTF-8', /UTF-8/, [file('a', '', { patch: notUtf8 })]),
  hostile('through a link that climbs out', /out of the image/, [
    symlink('l', '../../etc'),
    file('l/cron.d/x'),
  ]),
  hostile('through links that climb out together', /out of the image/, [
    directory('a'),
    symlink('a/up', '..'),
    symlink('l', 'a/up/..'),
    file('l/x'),
  ]),
  hostile('through a circle of links', /circle/, [symlink('a', 'b'), symlink('b', 'a'), file('a/x')]),
  hostile('a link, then a directory there', /twice, as symlink and as directory/, [
    symlink('d', '/etc'),
    directory('d'),
  ]),
  hostile('a link, then a file there', /twice/, [symlink('d', '/etc/passwd'), file('d')]),
  hostile('a directory, then a link there', /twice/, [directory('d'), symlink('d', '/etc'), file('d/x')]),
  hostile('a link that changes its mind', /different targets/, [symlink('d', 'a'), symlink('d', '/etc')]),
  hostile('a link changed by a hard link', /different targets/, [
    symlink('d', 'a'),
    symlink('e', '/'),
    hardlink('d', 'e'),
  ]),
  hostile('below a file', /which is a file/, [file('f'), file('f/x')]),
  hostile('below a device', /which is a device/, [device('f'), file('f/x')]),
  hostile('a device in place of a file', /twice/, [file('f'), device('f')]),
  hostile('the root as a link', /root/, [symlink('/', '/etc')]),
  hostile('the root as a file', /root/, [file('.')]),
  hostile('a hard link out of the image', /"\.\."/, [hardlink('l', '../../etc/shadow')]),
  invalid('a hard link to a file of the host', /does not hold/, [hardlink('l', '/etc/shadow')]),
  hostile('a hard link through a link', /out of the image/, [
    symlink('d', '../..'),
    hardlink('l', 'd/etc/shadow'),
  ]),
  hostile('a hard link to a directory', /directory/, [directory('d'), hardlink('l', 'd')]),
  hostile('a hard link to a whiteout', /whiteout/, [file('.wh.a'), hardlink('l', 'a')]),
  invalid('a hard link before its target', /does not hold/, [hardlink('l', 'a'), file('a')]),
  invalid('a hard link with content', /with content/, [file('a'), { ...hardlink('l', 'a'), content: 'x' }]),
  invalid('a link without target', /no target/, [symlink('l', '')]),
  hostile('a whiteout of ..', /nothing that can be deleted/, [file('d/.wh...')]),
  hostile('a whiteout of nothing', /nothing that can be deleted/, [file('.wh.')]),
  hostile('below a whiteout', /below a whiteout/, [file('.wh.d/x')]),
  invalid('an opaque root', /whole image/, [file('.wh..wh..opq')]),
  limit('ids that cannot be mapped', /"a" belongs to user 65536/, [file('a', '', { uid: 65_536 })]),
  limit('a negative id', /group -1/, [pax({ gid: '-1' })]),
  limit('a name that is too long', /nameBytes: 255/, [file('x'.repeat(256))]),
  limit('a path that is too long', /pathBytes: 4095/, [file('x/'.repeat(2048))]),
  limit('a target that is too long', /pathBytes/, [symlink('l', 'x'.repeat(4096))]),
  limit('too many entries', /layerEntries: 2/, [file('a'), file('b'), file('c')], { layerEntries: 2 }),
  limit('too many bytes', /layerBytes: 4096/, [file('a', 'x'.repeat(5000))], { layerBytes: 4096 }),
  limit('a file that claims to be huge', /layerBytes/, [file('a', '', { size: 2 ** 40 })]),
  limit('a sparse file that is huge', /layerBytes/, [sparse('900000000000000', '0,1')]),
  limit('sparse files that are mostly holes', /ratio: 200/, [sparse('99999999', '0,1')]),
  invalid('a sparse map that goes backwards', /sparse/, [sparse('9', '5,1,2,1')]),
  invalid('a sparse map beyond the end', /sparse/, [sparse('2', '5,1')]),
  limit('attributes that are too large', /xattrBytes/, [pax({ 'SCHILY.xattr.user.a': 'x'.repeat(200_000) })]),
  limit('headers that are too large', /entryHeaderBytes/, [pax({ comment: 'x'.repeat(1_100_000) })]),
  limit('headers without end', /entryHeaderBytes/, Buffer.concat(endless)),
  invalid('a bad checksum', /not a sound tar/, [file('a', '', { badChecksum: true })]),
  invalid(
    'an end in the middle',
    /Unexpected end/,
    buildTar([file('a', 'x'.repeat(2000))]).subarray(0, 1500),
  ),
  invalid('an unknown type', /unknown type "D"/, [file('a', '', { type: 'D' })]),
  invalid(
    'entries after the end',
    /after its end/,
    Buffer.concat([buildTar([file('a')]), buildPart(file('b'))]),
  ),
  hostile(
    'a global header that renames',
    /global header/,
    Buffer.concat([buildPax({ path: 'x' }, 'g'), buildTar([file('a')])]),
  ),
  invalid('a malformed PAX record', /PAX/, [{ name: 'p', type: 'x', content: '99 path=x\n' }, file('a')]),
  limit('a bomb', /ratio: 200/, zeros, { ratioFreeBytes: 1_000_000 }),
  limit('a bomb below the ratio', /layerBytes/, zeros, { layerBytes: 3_000_000 }),
  invalid('damaged gzip', /gzip/, Buffer.from(text).fill(0xaa, 20, 40)),
  invalid('cut gzip', /gzip/, text.subarray(0, 40)),
  invalid('xz', /xz/, Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0])),
];

test.each(cases)('$name', async ({ tar, code, says, limits }) => {
  const error = await unpackInMemory(tar, { limits }).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(MayflyError);
  expect(error).toMatchObject({ code, message: expect.stringMatching(says) });
});

test('content with another digest than announced, packed or unpacked', async () => {
  const tar = buildTar([file('a')]);
  const digest = `sha256:${'0'.repeat(64)}`;
  const mismatch = { code: 'IMAGE_DIGEST_MISMATCH' };
  await expect(unpackInMemory(tar, { diffId: digest })).rejects.toMatchObject(mismatch);
  await expect(
    unpackInMemory(tar, { blob: { mediaType: '', digest, sizeBytes: tar.length } }),
  ).rejects.toMatchObject(mismatch);
});
