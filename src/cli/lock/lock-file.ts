import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import { MayflyError } from '../../core/mayfly-error.ts';

export const lockFileName = 'mayfly.lock';

const lockVersion = 1;

/** The packages that an image was made of, for who writes the same words again. */
export interface LockEntry {
  /** The mapping below `debian:`. */
  readonly debian: JsonObject;
  /** `linux/amd64`: versions differ between architectures. */
  readonly platform: string;
  /** `name=version`, sorted. */
  readonly packages: readonly string[];
}

/** @throws MayflyError LOCK_INVALID */
export function parseLock(text: string, path: string): readonly LockEntry[] {
  const value = parseJson(text, path);
  if (!isJsonObject(value) || value.version !== lockVersion || !Array.isArray(value.images))
    throw new MayflyError('LOCK_INVALID', `${path} is no lock of version ${lockVersion}`);
  return value.images.map((entry: Json, index) => toEntry(entry, `${path}: image ${index + 1}`));
}

function parseJson(text: string, path: string): Json {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new MayflyError('LOCK_INVALID', `${path} is no JSON`, { cause });
  }
}

function toEntry(value: Json, where: string): LockEntry {
  if (isJsonObject(value)) {
    const { debian, platform, packages } = value;
    if (
      isJsonObject(debian) &&
      typeof platform === 'string' &&
      Array.isArray(packages) &&
      packages.every((item): item is string => typeof item === 'string' && packagePattern.test(item))
    ) {
      return { debian, platform, packages };
    }
  }
  throw new MayflyError('LOCK_INVALID', `${where} is not { debian, platform, packages }`);
}

/** What apt's preferences may be told: a name and a version of Debian policy 5.6, and nothing that would be a field of its own. */
const packagePattern = /^[a-z0-9][a-z0-9+.-]{0,127}=[0-9][A-Za-z0-9.+:~-]{0,127}$/;

/** Sorted, a line for each package: changes of it are read by people. */
export function renderLock(entries: readonly LockEntry[]): string {
  const images = [...entries].sort((a, b) => (identityOf(a) < identityOf(b) ? -1 : 1));
  return `${JSON.stringify({ version: lockVersion, images }, undefined, 2)}\n`;
}

/** The same words, in whatever order, on the same kind of machine. */
export function identityOf({ debian, platform }: Pick<LockEntry, 'debian' | 'platform'>): string {
  const sorted = Object.entries(debian).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([platform, sorted]);
}
