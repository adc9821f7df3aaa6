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

/** What is read of a file at first, and at most: everything that is asked for comes back, whether it was filled or not. */
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
  const bytes = read.chunks.map(({ value, out }) =>
    (out[0] ?? new Uint8Array()).subarray(0, Math.max(0, value)),
  );
  return { text: Buffer.concat(bytes).toString() };
}

/** Names in a directory, without `.` and `..`: struct linux_dirent64 of getdents64(2). */
export async function listInside(
  probe: Probe,
  path: string,
): Promise<{ readonly names: readonly string[] } | { readonly error: string }> {
  const read = await readChunks(probe, path, 'getdents64');
  if ('error' in read) return read;
  return { names: read.chunks.flatMap(({ value, out }) => namesOf(out[0], value)) };
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
      ...Array.from({ length: chunks }, () => call(by, { result: 0 }, { out: chunkBytes }, chunkBytes)),
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

function namesOf(bytes: Uint8Array | undefined, length: number): readonly string[] {
  const data = Buffer.from(bytes ?? []);
  const names: string[] = [];
  for (let at = 0; at + 19 <= length; at += data.readUInt16LE(at + 16)) {
    const end = data.indexOf(0, at + 19);
    const name = data.subarray(at + 19, end).toString();
    if (name !== '.' && name !== '..') names.push(name);
    if (data.readUInt16LE(at + 16) === 0) break;
  }
  return names;
}

/** Where a symbolic link of /proc leads. */
export async function readLinkInside(probe: Probe, path: string): Promise<string | undefined> {
  const { value, out } = await callOne(probe, 'readlinkat', currentDirectory, path, { out: 4096 }, 4096);
  return value < 0
    ? undefined
    : Buffer.from(out[0] ?? [])
        .subarray(0, value)
        .toString();
}
