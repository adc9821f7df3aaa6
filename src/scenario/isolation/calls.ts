import type { CallArgument, CallResult, Probe, SystemCall } from '../../core/probe.ts';

/** fcntl.h, the same on x86 and arm64 but for O_DIRECTORY, which is not needed. */
export const open = {
  readOnly: 0,
  writeOnly: 1,
  readWrite: 2,
  create: 0o100,
  exclusive: 0o200,
  nonBlocking: 0o4000,
} as const;

export const currentDirectory = -100;

export const call = (name: string, ...args: readonly CallArgument[]): SystemCall => ({ name, args });

export const openFile = (path: string, flags: number, mode = 0): SystemCall =>
  call('openat', currentDirectory, path, flags, mode);

/** limits.h: PATH_MAX */
const mostPathBytes = 4096;

/** What came of one call. */
export async function callOne(
  probe: Probe,
  name: string,
  ...args: readonly CallArgument[]
): Promise<CallResult> {
  const [result] = await probe.calls([call(name, ...args)]);
  if (result === undefined) throw new RangeError('a batch of one call has one result');
  return result;
}

/** `EPERM`, or `success`. */
export const outcomeOf = (result: CallResult | undefined): string => result?.error ?? 'success';

/** What is read of a file at first, and at most. */
const attempts = [
  { chunks: 2, chunkBytes: 4096 },
  { chunks: 16, chunkBytes: 16_384 },
] as const;

/** A file as the probe reads it, up to 256 KiB; its error where it cannot. */
export async function readInside(
  probe: Probe,
  path: string,
): Promise<{ readonly text: string } | { readonly error: string }> {
  const read = await readChunks(probe, path, 'read');
  if ('error' in read) return read;
  return { text: Buffer.concat(read.chunks.flatMap(({ out }) => out)).toString() };
}

/** Names in a directory, without `.` and `..`: struct linux_dirent64 of getdents64(2). */
export async function listInside(
  probe: Probe,
  path: string,
): Promise<{ readonly names: readonly string[] } | { readonly error: string }> {
  const read = await readChunks(probe, path, 'getdents64');
  if ('error' in read) return read;
  return { names: read.chunks.flatMap(({ out }) => namesOf(out[0])) };
}

async function readChunks(
  probe: Probe,
  path: string,
  by: 'read' | 'getdents64',
): Promise<{ readonly chunks: readonly CallResult[] } | { readonly error: string }> {
  let last: readonly CallResult[] = [];
  for (const { chunks, chunkBytes } of attempts) {
    const [opened, ...rest] = await probe.calls([
      openFile(path, open.readOnly | open.nonBlocking),
      ...Array.from({ length: chunks }, () => call(by, { result: 0 }, { filled: chunkBytes }, chunkBytes)),
      call('close', { result: 0 }),
    ]);
    last = rest.slice(0, -1);
    const error = opened?.error ?? last[0]?.error;
    if (error !== undefined) return { error };
    // The end of the file was met.
    if (last.at(-1)?.value === 0) break;
  }
  return { chunks: last };
}

function namesOf(bytes: Uint8Array | undefined): readonly string[] {
  const data = Buffer.from(bytes ?? []);
  const names: string[] = [];
  for (let at = 0; at + 19 <= data.length; at += data.readUInt16LE(at + 16)) {
    const end = data.indexOf(0, at + 19);
    const name = data.subarray(at + 19, end).toString();
    if (name !== '.' && name !== '..') names.push(name);
    if (data.readUInt16LE(at + 16) === 0) break;
  }
  return names;
}

/** Where a symbolic link of /proc leads. */
export async function readLinkInside(probe: Probe, path: string): Promise<string | undefined> {
  return linkText(await callOne(probe, ...readLink(path)));
}

export const readLink = (path: string) =>
  ['readlinkat', currentDirectory, path, { filled: mostPathBytes }, mostPathBytes] as const;

export const linkText = (result: CallResult | undefined): string | undefined =>
  result === undefined || result.value < 0 ? undefined : Buffer.from(result.out[0] ?? []).toString();
