import { digestMismatch, digestOf } from '../digest.ts';
import type { Descriptor } from './descriptor.ts';

/** @throws MayflyError IMAGE_DIGEST_MISMATCH */
export function checkBlob(
  bytes: Uint8Array,
  { digest, sizeBytes }: Pick<Descriptor, 'digest' | 'sizeBytes'>,
): void {
  const actual = digestOf(bytes);
  if (actual !== digest) throw digestMismatch('a blob', digest, actual);
  if (bytes.length !== sizeBytes)
    throw digestMismatch(`the size of ${actual}`, String(sizeBytes), String(bytes.length));
}
