import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defaultImageLimits } from '../../../src/image/image-limits.ts';
import type { LayerEntry } from '../../../src/image/layer/layer-entry.ts';
import { readLayerEntries } from '../../../src/image/tar/layer-entries.ts';
import { writeTar } from '../../../src/image/tar/write-tar.ts';

type Written = Exclude<LayerEntry, { kind: 'device' }> & { readonly bytes?: Uint8Array };

async function* entriesOf(written: readonly Written[]): AsyncGenerator<LayerEntry> {
  for (const { bytes, ...entry } of written) {
    yield entry.kind === 'file' ? { ...entry, content: once(bytes ?? new Uint8Array()) } : entry;
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function pack(written: readonly Written[]): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of writeTar(entriesOf(written))) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function unpack(tar: Buffer): Promise<readonly Written[]> {
  const found: Written[] = [];
  for await (const entry of readLayerEntries(once(tar), defaultImageLimits)) {
    if (entry.kind === 'device') continue;
    if (entry.kind !== 'file')
      found.push(entry.kind === 'directory' ? { ...entry, name: entry.name.replace(/\/$/, '') } : entry);
    else {
      const chunks: Uint8Array[] = [];
      for await (const chunk of entry.content) chunks.push(chunk);
      found.push({ ...entry, content: once(new Uint8Array()), bytes: new Uint8Array(Buffer.concat(chunks)) });
    }
  }
  return found;
}

const name = fc
  .stringMatching(/^[a-zé日-]{1,60}(\/[A-Z0-9._ ]{1,80}){0,4}$/)
  .filter((text) => !/(^|\/)\.{1,2}($|\/)/.test(text));
const bytes = fc.uint8Array({ maxLength: 2000 });
const metadata = fc.record({
  mode: fc.integer({ min: 0, max: 0o7777 }),
  uid: fc.integer({ min: 0, max: 0xfffffff }),
  gid: fc.integer({ min: 0, max: 0xfffffff }),
  mtime: fc.record({
    seconds: fc.integer({ min: 0, max: 4_000_000_000 }),
    nanoseconds: fc.constantFrom(0, 123_456_000),
  }),
  xattrs: fc.uniqueArray(
    fc.record({ name: fc.constantFrom('security.capability', 'user.a', 'user.b'), value: bytes }),
    {
      selector: (xattr) => xattr.name,
    },
  ),
});
const entry: fc.Arbitrary<Written> = fc.oneof(
  fc.record({ kind: fc.constant('directory' as const), name, metadata }),
  fc.record({ kind: fc.constant('symlink' as const), name, target: name, metadata }),
  fc.record({ kind: fc.constant('hardlink' as const), name, target: name }),
  fc.record({ kind: fc.constant('fifo' as const), name, metadata }),
  fc
    .record({ kind: fc.constant('file' as const), name, metadata, bytes })
    .map((file) => ({ ...file, sizeBytes: file.bytes.length, content: once(new Uint8Array()) })),
);

test('what is written is read again: names of any length, large ids, attributes of any bytes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(entry, { maxLength: 6 }), async (written) => {
      const read = await unpack(await pack(written));
      const plain = (all: readonly Written[]): unknown =>
        all.map((each) => ({
          ...each,
          content: undefined,
          ...('metadata' in each
            ? {
                metadata: {
                  ...each.metadata,
                  mtime: Math.round(each.metadata.mtime.seconds),
                  xattrs: each.metadata.xattrs
                    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
                    .map((xattr) => [xattr.name, Buffer.from(xattr.value).toString('hex')]),
                },
              }
            : {}),
          ...(each.bytes === undefined ? {} : { bytes: Buffer.from(each.bytes).toString('hex') }),
        }));
      expect(plain(read)).toEqual(plain(written));
    }),
    { numRuns: 60 },
  );
});

test('GNU tar reads it', async () => {
  const facts = {
    mode: 0o640,
    uid: 3_000_000,
    gid: 5,
    mtime: { seconds: 1_600_000_000, nanoseconds: 0 },
    xattrs: [],
  };
  const long = `${'d'.repeat(90)}/${'f'.repeat(90)}`;
  const tar = await pack([
    { kind: 'directory', name: 'd'.repeat(90), metadata: facts },
    {
      kind: 'file',
      name: long,
      metadata: facts,
      sizeBytes: 3,
      content: once(new Uint8Array()),
      bytes: Buffer.from('abc'),
    },
    { kind: 'hardlink', name: 'é', target: long },
  ]);
  const listed = execFileSync('tar', ['--numeric-owner', '--utc', '-tvf', '-'], { input: tar })
    .toString()
    .split('\n');
  expect(listed[1]).toMatch(/^-rw-r----- 3000000\/5 +3 2020-09-13 12:26 d+\/f+$/);
  expect(listed[2]).toContain(`link to ${long}`);
});

test('a file that is not as long as was said ends it', async () => {
  const metadataOf = { mode: 0o644, uid: 0, gid: 0, mtime: { seconds: 0, nanoseconds: 0 }, xattrs: [] };
  const file = {
    kind: 'file',
    name: 'f',
    metadata: metadataOf,
    sizeBytes: 3,
    content: once(new Uint8Array()),
  } as const;
  await expect(pack([{ ...file, bytes: Buffer.from('ab') }])).rejects.toThrow('was to have 3');
  await expect(pack([{ ...file, bytes: Buffer.from('abcd') }])).rejects.toThrow('was to have 3');
});
