import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImageConfig, ImageSource, Layer } from '../../core/image.ts';
import type { InputFact } from '../input-fact.ts';
import { readEveryFact } from './read-every-fact.ts';
import type { StorePaths } from './store-paths.ts';
import { type ProcessIdentity, temporaryPrefix } from './temporary.ts';
import { writeAtomically } from './write-atomically.ts';

/** Counts up when the meaning of a field changes; older records are then made anew. */
const recordVersion = 1;

/** An image that was prepared: enough to start from it again without looking at its source, and to list it. */
export interface ImageRecord {
  readonly version: typeof recordVersion;
  /** As the scenario calls it. */
  readonly name: string;
  readonly source: ImageSource;
  /** `repository:tag` where the source knows one. */
  readonly references: readonly string[];
  readonly id: string;
  readonly platform: string;
  /** RFC 3339, as the image says; when it was prepared, where it says nothing. */
  readonly createdAt: string;
  readonly preparedAtMs: number;
  readonly sizeBytes: number;
  /** Before the scenario's overrides. */
  readonly config: ImageConfig;
  readonly layers: readonly Layer[];
  readonly inputs: readonly InputFact[];
  readonly warnings: readonly string[];
  /** Under which a registry has it. */
  readonly digest?: string;
  /** `name=version`, sorted, where it is made of packages. */
  readonly packages?: readonly string[];
}

/** What makes two requests the same; the name too, so that listing shows every name. */
export function imageRecordKey(name: string, source: ImageSource, platform: string, mapKey: string): string {
  const sorted = Object.fromEntries(Object.entries(source).sort(([a], [b]) => (a < b ? -1 : 1)));
  return createHash('sha256')
    .update(JSON.stringify([recordVersion, name, sorted, platform, mapKey]))
    .digest('hex')
    .slice(0, 32);
}

export function readImageRecord(paths: StorePaths, key: string): ImageRecord | undefined {
  try {
    const record: ImageRecord = JSON.parse(readFileSync(join(paths.images, `${key}.json`), 'utf8'));
    return record.version === recordVersion ? record : undefined;
  } catch {
    return undefined;
  }
}

export async function writeImageRecord(
  paths: StorePaths,
  key: string,
  facts: Omit<ImageRecord, 'version'>,
  self: ProcessIdentity,
): Promise<ImageRecord> {
  const record: ImageRecord = { version: recordVersion, ...facts };
  await writeAtomically(join(paths.images, `${key}.json`), JSON.stringify(record), self);
  return record;
}

/** All images that scenarios have made ready, newest first. */
export async function listImages(paths: StorePaths): Promise<readonly ImageRecord[]> {
  return (await listKeys(paths))
    .map((key) => readImageRecord(paths, key))
    .filter((record) => record !== undefined)
    .sort((a, b) => b.preparedAtMs - a.preparedAtMs);
}

/** @throws MayflyError STORE_FAILED where one cannot be read: it may be wanted */
export async function removeImageRecords(
  paths: StorePaths,
  isUnwanted: (record: ImageRecord) => boolean,
): Promise<void> {
  for (const { path, fact } of await readEveryFact<ImageRecord>(paths.images, recordVersion))
    if (isUnwanted(fact)) await rm(path, { force: true });
}

async function listKeys(paths: StorePaths): Promise<readonly string[]> {
  const names = await readdir(paths.images).catch(() => []);
  return names
    .filter((name) => name.endsWith('.json') && !name.startsWith(temporaryPrefix))
    .map((name) => name.slice(0, -'.json'.length));
}
