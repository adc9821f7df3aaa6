import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import { MayflyError } from '../../core/mayfly-error.ts';

export const lockFileName = 'mayfly.lock';

const lockVersion = 1;

/** What an image resolved to, for who writes the same words again. */
export type LockEntry = DebianLock | RegistryLock | FileLock;

interface OfPlatform {
  /** `linux/amd64`: others have other images and other versions. */
  readonly platform: string;
}

/** The packages that an image was made of. */
export interface DebianLock extends OfPlatform {
  /** The mapping below `debian:`. */
  readonly debian: JsonObject;
  /** `name=version`, sorted. */
  readonly packages: readonly string[];
}

export interface RegistryLock extends OfPlatform {
  /** In full. */
  readonly registry: string;
  /** `sha256:…` of the configuration. */
  readonly id: string;
  /** `sha256:…` under which the registry has it; none of what was loaded, built or named here. */
  readonly digest?: string;
}

/** An archive, a layout or a root file system. */
export interface FileLock extends OfPlatform {
  readonly source: 'archive' | 'oci' | 'rootfs';
  /** From the folder of the lock. */
  readonly path: string;
  readonly reference?: string;
  readonly id: string;
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
  const entry = isJsonObject(value) ? (toDebian(value) ?? toRegistry(value) ?? toFile(value)) : undefined;
  if (entry !== undefined) return entry;
  const shapes =
    '{ debian, platform, packages }, { registry, platform, id } or { source, path, platform, id }';
  throw new MayflyError('LOCK_INVALID', `${where} is not ${shapes}`);
}

function toDebian({ debian, platform, packages }: JsonObject): DebianLock | undefined {
  if (!isJsonObject(debian) || typeof platform !== 'string' || !Array.isArray(packages)) return undefined;
  const names = packages.filter(
    (item): item is string => typeof item === 'string' && packagePattern.test(item),
  );
  return names.length === packages.length ? { debian, platform, packages: names } : undefined;
}

function toRegistry({ registry, platform, id, digest }: JsonObject): RegistryLock | undefined {
  if (typeof registry !== 'string' || typeof platform !== 'string' || !isDigest(id)) return undefined;
  if (digest === undefined) return { registry, platform, id };
  return isDigest(digest) ? { registry, platform, id, digest } : undefined;
}

function toFile({ source, path, reference, platform, id }: JsonObject): FileLock | undefined {
  if (source !== 'archive' && source !== 'oci' && source !== 'rootfs') return undefined;
  if (typeof path !== 'string' || typeof platform !== 'string' || !isDigest(id)) return undefined;
  if (reference === undefined) return { source, path, platform, id };
  return typeof reference === 'string' ? { source, path, reference, platform, id } : undefined;
}

function isDigest(value: Json | undefined): value is string {
  return typeof value === 'string' && /^sha256:[0-9a-f]{64}$/.test(value);
}

/** What apt's preferences may be told: a name and a version of Debian policy 5.6, and nothing that would be a field of its own. */
const packagePattern = /^[a-z0-9][a-z0-9+.-]{0,127}=[0-9][A-Za-z0-9.+:~-]{0,127}$/;

/** Sorted, a line for each package: changes of it are read by people. */
export function renderLock(entries: readonly LockEntry[]): string {
  const images = [...entries].sort((a, b) => (identityOf(a) < identityOf(b) ? -1 : 1));
  return `${JSON.stringify({ version: lockVersion, images }, undefined, 2)}\n`;
}

type Words =
  | Pick<DebianLock, 'debian' | 'platform'>
  | Pick<RegistryLock, 'registry' | 'platform'>
  | Pick<FileLock, 'source' | 'path' | 'reference' | 'platform'>;

/** The same words, in whatever order, on the same kind of machine. */
export function identityOf(words: Words): string {
  const { platform } = words;
  if ('debian' in words) {
    const sorted = Object.entries(words.debian).sort(([a], [b]) => (a < b ? -1 : 1));
    return JSON.stringify([platform, sorted]);
  }
  if ('registry' in words) return JSON.stringify([platform, words.registry]);
  return JSON.stringify([platform, words.source, words.path, words.reference ?? '']);
}
