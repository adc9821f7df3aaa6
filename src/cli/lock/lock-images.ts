import { join } from 'node:path';
import type { ImageProvider, ImageRequest } from '../../core/image.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { ScenarioPlan } from '../../core/plan.ts';
import type { PlannedScenarios } from '../scenarios/plan-scenarios.ts';
import type { Surroundings } from '../surroundings.ts';
import { writeWhole } from '../write-whole.ts';
import { identityOf, type LockEntry, lockFileName, renderLock } from './lock-file.ts';
import { readLock } from './read-lock.ts';

/** The plan with what `mayfly.lock`, beside each scenario, says of its Debian images. */
export function applyLocks(plan: PlannedScenarios, platform: string): PlannedScenarios {
  const locks = new Map<string, ReadonlyMap<string, LockEntry>>();
  return mapImages(plan, (request, scenario) => {
    const { source } = request;
    if (source.kind !== 'debian') return request;
    const directory = plan.directoryOf(scenario);
    const lock = locks.get(directory) ?? byIdentity(readLock(directory));
    locks.set(directory, lock);
    const entry = lock.get(identityOf({ debian: source.options, platform }));
    return entry === undefined ? request : { ...request, source: { ...source, locked: entry.packages } };
  });
}

/** The plan in which every Debian image is asked for anew. */
export function unlock(plan: PlannedScenarios): PlannedScenarios {
  return mapImages(plan, (request) =>
    request.source.kind === 'debian' ? { ...request, pull: 'always' } : request,
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

/** Remembers which packages images were made of. */
export class LockingImages implements ImageProvider {
  readonly #images: ImageProvider;
  readonly #entries = new Map<string, LockEntry>();

  constructor(images: ImageProvider) {
    this.#images = images;
  }

  async prepare(...[request, onProgress, signal]: Parameters<ImageProvider['prepare']>) {
    const image = await this.#images.prepare(request, onProgress, signal);
    if (request.source.kind === 'debian' && image.packages !== undefined) {
      const entry = { debian: request.source.options, platform: image.platform, packages: image.packages };
      this.#entries.set(identityOf(entry), entry);
    }
    return image;
  }

  /** In the folder of each scenario; what else its lock has stays. Images that were not made leave theirs as it was. */
  async write(plan: PlannedScenarios, randomBytes: Surroundings['randomBytes']): Promise<void> {
    for (const directory of new Set(plan.scenarios.map(plan.directoryOf))) {
      const made = plan.scenarios
        .filter((scenario) => plan.directoryOf(scenario) === directory)
        .flatMap(({ images }) => images)
        .flatMap(({ source }) =>
          [...this.#entries.values()].filter(
            (entry) =>
              source.kind === 'debian' &&
              identityOf(entry) === identityOf({ debian: source.options, platform: entry.platform }),
          ),
        );
      if (made.length > 0) await writeLock(directory, made, randomBytes);
    }
  }
}

function byIdentity(entries: readonly LockEntry[]): ReadonlyMap<string, LockEntry> {
  return new Map(entries.map((entry) => [identityOf(entry), entry]));
}

async function writeLock(
  directory: string,
  made: readonly LockEntry[],
  randomBytes: Surroundings['randomBytes'],
): Promise<void> {
  const path = join(directory, lockFileName);
  const entries = byIdentity([...readLock(directory), ...made]);
  try {
    await writeWhole(path, renderLock([...entries.values()]), randomBytes);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw new MayflyError('LOCK_UNWRITABLE', `cannot write ${path}: ${code}`, { cause });
  }
}
