import type { CallResult, Probe, SystemCall } from '../../core/probe.ts';
import { call, currentDirectory, linkText, openFile, readLink } from './calls.ts';

/** What statx(2) says of a file: which one it is, of what type, and for a node, of which device. */
export interface InsideFile {
  readonly type: 'file' | 'directory' | 'link' | 'char' | 'block' | 'other';
  /** `major:minor inode`: the same for the same file only. */
  readonly identity: string;
  /** `major:minor` of the device that a node stands for. */
  readonly node: string;
}

const [statxBytes, basicStats, noFollow] = [256, 0x7ff, 0x100];

export const statFile = (path: string, flags = 0): SystemCall =>
  call('statx', currentDirectory, path, flags, basicStats, { out: statxBytes });

/** Without following a link at its end; its error where it cannot be told. */
export async function lookAtFiles(
  probe: Probe,
  paths: readonly string[],
): Promise<ReadonlyMap<string, InsideFile | { readonly error: string }>> {
  const results = await probe.calls(paths.map((path) => statFile(path, noFollow)));
  return new Map(paths.map((path, at) => [path, fileOf(results[at])]));
}

/** struct statx of linux/stat.h. */
export function fileOf(result: CallResult | undefined): InsideFile | { readonly error: string } {
  const bytes = Buffer.from(result?.out[0] ?? []);
  if (result?.error !== undefined) return { error: result.error };
  if (bytes.length < statxBytes) return { error: 'no answer' };
  return {
    type: types[bytes.readUInt16LE(28) >> 12] ?? 'other',
    identity: `${bytes.readUInt32LE(136)}:${bytes.readUInt32LE(140)} ${bytes.readBigUInt64LE(32)}`,
    node: `${bytes.readUInt32LE(128)}:${bytes.readUInt32LE(132)}`,
  };
}

/** By the type bits of a mode (inode(7)). */
const types: Readonly<Record<number, InsideFile['type']>> = {
  2: 'char',
  4: 'directory',
  6: 'block',
  8: 'file',
  10: 'link',
};

const pathOnly = 0o10000000;

/** Where the paths lead, by whatever links lie on their way; undefined where the probe may not go. */
export async function resolveInside(
  probe: Probe,
  paths: readonly string[],
): Promise<readonly (string | undefined)[]> {
  const opened = await probe.calls(paths.map((path) => openFile(path, pathOnly)));
  const links = await probe.calls([
    ...opened.map(({ value }) => call(...readLink(`/proc/self/fd/${value}`))),
    ...opened.filter(({ value }) => value >= 0).map(({ value }) => call('close', value)),
  ]);
  return opened.map((_, at) => linkText(links[at]));
}
