import type { KnownImage } from '../../src/image/store/known-images.ts';

/** An image of two layers whose id begins with these digits. */
export function knownImage(
  digits: string,
  references: readonly string[],
  change: Partial<KnownImage> = {},
): KnownImage {
  const id = `sha256:${digits.padEnd(64, '0')}`;
  const layers = ['1', '2'].map((digit) => ({ diffId: `sha256:${digit.repeat(64)}`, sizeBytes: 1000 }));
  const createdAt = '2024-05-06T07:08:09Z';
  const platform = 'linux/amd64';
  return {
    id,
    platform,
    createdAt,
    sizeBytes: 2000,
    layers,
    references,
    kept: { version: 1, id, platform, createdAt, addedAtMs: 0, layers },
    records: [],
    ...change,
  };
}
