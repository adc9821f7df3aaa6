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

const [chunks, chunkBytes] = [16, 16_384];

/** A file as the probe reads it, up to 256 KiB; its error where it cannot. */
export async function readInside(
  probe: Probe,
  path: string,
): Promise<{ readonly text: string } | { readonly error: string }> {
  const read = call('read', { result: 0 }, { out: chunkBytes }, chunkBytes);
  const [opened, ...rest] = await probe.calls([
    openFile(path, open.readOnly | open.nonBlocking),
    ...Array.from({ length: chunks }, () => read),
    call('close', { result: 0 }),
  ]);
  if (opened?.error !== undefined) return { error: opened.error };
  const [first] = rest;
  if (first?.error !== undefined) return { error: first.error };
  const bytes = rest
    .slice(0, -1)
    .flatMap(({ value, out }) => [...(out[0] ?? new Uint8Array()).subarray(0, Math.max(0, value))]);
  return { text: Buffer.from(bytes).toString() };
}

/** Names in a directory, without `.` and `..`: struct linux_dirent64 of getdents64(2). */
export async function listInside(
  probe: Probe,
  path: string,
): Promise<{ readonly names: readonly string[] } | { readonly error: string }> {
  const [opened, ...reads] = await probe.calls([
    openFile(path, open.readOnly | open.nonBlocking),
    ...Array.from({ length: chunks }, () =>
      call('getdents64', { result: 0 }, { out: chunkBytes }, chunkBytes),
    ),
    call('close', { result: 0 }),
  ]);
  const error = opened?.error ?? reads[0]?.error;
  if (error !== undefined) return { error };
  return { names: reads.slice(0, -1).flatMap(({ value, out }) => namesOf(out[0], value)) };
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
