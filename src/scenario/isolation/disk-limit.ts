import { call, open, openFile, outcomeOf } from './calls.ts';
import type { Subject, Verdict } from './check.ts';
import { fitsInMemory } from './limit-surroundings.ts';
import { fail, inconclusive, judged, notApplicable, unsupported } from './verdict.ts';

const path = '/mayfly-fills-the-disk';
/** What the file system's own bookkeeping may take of it. */
const ownShare = 1 / 8;

/** A file in the root of a twin gets most of the declared size, and not a page more than all of it. */
export async function exceedDisk(subject: Subject): Promise<Verdict> {
  const { writableBytes, readOnly } = subject.spec.rootfs;
  if (writableBytes === undefined) return notApplicable('storage_opt.size was not declared');
  if (readOnly) return notApplicable('the root is read-only: nothing is written there');
  // On disk only the tables of a file system are written for it.
  const isInMemory = subject.container.upper === 'tmpfs';
  const tooLarge = isInMemory ? fitsInMemory(subject.witness, writableBytes) : undefined;
  if (tooLarge !== undefined) return unsupported(tooLarge);
  await using twin = await subject.openTwin();
  const promised = Math.floor(writableBytes * (1 - ownShare));
  const over = writableBytes + 4096;
  const allocate = (bytes: number) => call('fallocate', { result: 0 }, 0, 0, bytes);
  const [opened, ...sizes] = await twin.root.calls([
    openFile(path, open.create | open.exclusive | open.writeOnly, 0o600),
    allocate(promised),
    allocate(over),
  ]);
  if (opened?.error !== undefined) return inconclusive(`no file can be made in its root: ${opened.error}`);
  const [most, more] = sizes.map(outcomeOf);
  if (most !== 'success') return fail(`a file of ${promised} of ${writableBytes} bytes: ${most}`);
  return judged(
    more === 'ENOSPC' ? [] : [`a file of ${over} bytes, where ${writableBytes} were declared: ${more}`],
    [`a file of ${promised} bytes can be made; one of ${over} is refused: ENOSPC`],
  );
}
