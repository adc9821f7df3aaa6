import { join } from 'node:path';
import type { Image, ImageProvider, ImageRequest } from '../../core/image.ts';
import { parseImageReference, renderReference } from '../../core/image-reference.ts';
import { MayflyError, MayflyErrors } from '../../core/mayfly-error.ts';
import type { ScenarioPlan } from '../../core/plan.ts';
import type { PlannedScenarios } from '../scenarios/plan-scenarios.ts';
import type { Surroundings } from '../surroundings.ts';
import { writeWhole } from '../write-whole.ts';
import { identityOf, type LockEntry, lockFileName, renderLock } from './lock-file.ts';
import { entryOf, wordsOf } from './lock-words.ts';
import { readLock } from './read-lock.ts';

/**
 * The plan with what `mayfly.lock`, beside each scenario, says of its images: packages and digests are taken from it. With `strict`
 * files have to be the same, too, and what the lock does not have is refused.
 *
 * @throws MayflyErrors IMAGE_NOT_LOCKED
 */
export function applyLocks(plan: PlannedScenarios, platform: string, strict: boolean): PlannedScenarios {
  const locks = new Map<string, ReadonlyMap<string, LockEntry>>();
  const missing = new Map<string, MayflyError>();
  const locked = mapImages(plan, (request, scenario) => {
    const directory = plan.directoryOf(scenario);
    const words = wordsOf(request.source, platform, directory);
    if (words === undefined) return request;
    const lock = locks.get(directory) ?? byIdentity(readLock(directory));
    locks.set(directory, lock);
    const entry = lock.get(identityOf(words));
    if (entry !== undefined) return lockRequest(request, entry, strict);
    if (strict) missing.set(`${directory}\n${request.name}`, notLocked(request.name, directory));
    return request;
  });
  if (missing.size > 0) throw new MayflyErrors([...missing.values()]);
  return locked;
}

function lockRequest(request: ImageRequest, entry: LockEntry, strict: boolean): ImageRequest {
  const { source } = request;
  if ('debian' in entry)
    return source.kind === 'debian' ? { ...request, source: { ...source, locked: entry.packages } } : request;
  if ('registry' in entry && source.kind === 'registry' && entry.digest !== undefined) {
    const { registry, repository } = parseImageReference(source.reference);
    const reference = renderReference({ registry, repository, digest: entry.digest });
    return { ...request, source: { ...source, reference }, lockedId: entry.id };
  }
  return strict ? { ...request, lockedId: entry.id } : request;
}

function notLocked(image: string, directory: string): MayflyError {
  return new MayflyError('IMAGE_NOT_LOCKED', `image ${image} is not in ${join(directory, lockFileName)}`);
}

/** The plan in which everything that may have changed is asked for anew. */
export function unlock(plan: PlannedScenarios): PlannedScenarios {
  return mapImages(plan, (request) =>
    request.source.kind === 'debian' || (request.source.kind === 'registry' && request.pull !== 'never')
      ? { ...request, pull: 'always' }
      : request,
  );
}

function mapImages(
  plan: PlannedScenarios,
  map: (request: ImageRequest, scenario: ScenarioPlan) => ImageRequest,
): PlannedScenarios {
  const scenarios = plan.scenarios.map((scenario) => ({
    ...scenario,
    images: scenario.images.map((request) => map(request, scenario)),
  }));
  return { ...plan, scenarios };
}

/** Remembers what images resolved to. */
export class LockingImages implements ImageProvider {
  readonly #images: ImageProvider;
  readonly #made = new Map<string, Image>();

  constructor(images: ImageProvider) {
    this.#images = images;
  }

  async prepare(...[request, onProgress, signal]: Parameters<ImageProvider['prepare']>) {
    const image = await this.#images.prepare(request, onProgress, signal);
    this.#made.set(JSON.stringify(request.source), image);
    return image;
  }

  /**
   * In the folder of each scenario; what else its lock has stays. Images that were not made leave theirs as it was. Returns the
   * files written, and how many images each has.
   */
  async write(
    plan: PlannedScenarios,
    randomBytes: Surroundings['randomBytes'],
  ): Promise<readonly { readonly path: string; readonly images: number }[]> {
    const written: { readonly path: string; readonly images: number }[] = [];
    for (const directory of new Set(plan.scenarios.map(plan.directoryOf))) {
      const made = plan.scenarios
        .filter((scenario) => plan.directoryOf(scenario) === directory)
        .flatMap(({ images }) => images)
        .flatMap(({ source }) => {
          const image = this.#made.get(JSON.stringify(source));
          const entry = image === undefined ? undefined : entryOf(source, image, directory);
          return entry === undefined ? [] : [entry];
        });
      if (made.length > 0) written.push(await writeLock(directory, made, randomBytes));
    }
    return written;
  }
}

function byIdentity(entries: readonly LockEntry[]): ReadonlyMap<string, LockEntry> {
  return new Map(entries.map((entry) => [identityOf(entry), entry]));
}

async function writeLock(
  directory: string,
  made: readonly LockEntry[],
  randomBytes: Surroundings['randomBytes'],
): Promise<{ readonly path: string; readonly images: number }> {
  const path = join(directory, lockFileName);
  const entries = byIdentity([...readLock(directory), ...made]);
  try {
    await writeWhole(path, renderLock([...entries.values()]), randomBytes);
    return { path, images: entries.size };
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw new MayflyError('LOCK_UNWRITABLE', `cannot write ${path}: ${code}`, { cause });
  }
}
