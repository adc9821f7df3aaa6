import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MayflyError } from '../../src/core/mayfly-error.ts';
import { parsePaxRecords } from '../../src/image/tar/pax.ts';
import { buildTar, type TarPart } from './tar-builder.ts';
import { unpackInMemory } from './unpack-in-memory.ts';

const component = fc.constantFrom(
  'a',
  'b',
  'c',
  '..',
  '.',
  '',
  '.wh.a',
  '.wh..wh..opq',
  '.wh...',
  'x\0y',
  'l',
);
const name = fc.array(component, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
const part: fc.Arbitrary<TarPart> = fc.record({
  name: fc.oneof(
    name,
    name.map((text) => `/${text}`),
  ),
  type: fc.constantFrom('0', '1', '2', '3', '5', '6'),
  link: fc.oneof(name, fc.constantFrom('/', '/etc', '../..', 'a/../../..')),
  mode: fc.nat(0o7777),
  pax: fc.oneof(
    fc.constant({}),
    name.map((path) => ({ path })),
  ),
});

/**
 * The writer of the tests refuses every path that is not canonical, has no parent, or leads through anything but directories:
 * whatever an archive holds, it is unpacked within its root or refused with an error of ours.
 */
test('no archive makes the writer see a path outside the root or through a link', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(part, { maxLength: 8 }), async (parts) => {
      try {
        await unpackInMemory(buildTar(parts));
      } catch (error) {
        expect(error).toBeInstanceOf(MayflyError);
      }
    }),
    { numRuns: 1500 },
  );
});

test('damage anywhere in an archive is an error of ours, or harmless', async () => {
  const sound = buildTar([
    { name: 'd/', type: '5' },
    { name: 'd/a', content: 'x'.repeat(700), pax: { mtime: '5.5', 'SCHILY.xattr.user.a': 'b' } },
    { name: 'd/l', type: '2', link: 'a' },
  ]);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(sound.length - 1), fc.nat(255)), { maxLength: 5 }),
      fc.nat(sound.length),
      async (changes, cut) => {
        const damaged = Buffer.from(sound.subarray(0, cut));
        for (const [at, value] of changes) if (at < damaged.length) damaged[at] = value;
        try {
          await unpackInMemory(damaged);
        } catch (error) {
          expect(error).toBeInstanceOf(MayflyError);
        }
      },
    ),
    { numRuns: 500 },
  );
});

test('PAX records: any bytes are parsed or refused', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      try {
        parsePaxRecords(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(MayflyError);
      }
    }),
  );
});

test('the padding behind the last file may be missing, and nothing of the file', async () => {
  const whole = buildTar([{ name: 'a', content: 'x'.repeat(600) }]).subarray(0, 512 + 600);
  expect((await unpackInMemory(whole)).tree.get('a')).toMatchObject({ kind: 'file' });
  for (const missing of [1, 88, 100, 599]) {
    const cut = whole.subarray(0, whole.length - missing);
    await expect(unpackInMemory(cut), `${missing}`).rejects.toMatchObject({ code: 'IMAGE_INVALID' });
  }
});
