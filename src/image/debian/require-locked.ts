import { MayflyError } from '../../core/mayfly-error.ts';

/** More of them than this say nothing more. */
const shown = 3;

/**
 * Pins prefer the locked versions; where the archive has them no longer, apt takes others all the same.
 *
 * @throws MayflyError IMAGE_NOT_FOUND
 */
export function requireLocked(
  locked: readonly string[] | undefined,
  resolved: readonly string[],
  suite: string,
): void {
  if (locked === undefined) return;
  const others = resolved.filter((version) => !locked.includes(version));
  const gone = locked.filter((version) => !resolved.includes(version));
  if (others.length === 0 && gone.length === 0) return;
  const list = (versions: readonly string[]): string =>
    versions.length === 0
      ? 'nothing'
      : `${versions.slice(0, shown).join(', ')}${versions.length > shown ? ` and ${versions.length - shown} more` : ''}`;
  throw new MayflyError(
    'IMAGE_NOT_FOUND',
    `mayfly.lock has ${list(gone)}, for which ${suite} has ${list(others)}`,
    { hint: 'lock what there is with `mayfly test --lock`, or say a `mirror:` that keeps old versions' },
  );
}
