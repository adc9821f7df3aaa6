import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseLock, renderLock } from '../../../src/cli/lock/lock-file.ts';
import { applyLocks, LockingImages, unlock } from '../../../src/cli/lock/lock-images.ts';
import type { PlannedScenarios } from '../../../src/cli/scenarios/plan-scenarios.ts';
import type { Image, ImageRequest, ImageSource } from '../../../src/core/image.ts';
import type { ScenarioPlan } from '../../../src/core/plan.ts';

const platform = 'linux/amd64';
const id = `sha256:${'1'.repeat(64)}`;
const digest = `sha256:${'d'.repeat(64)}`;
const folder = (): string => mkdtempSync(join(tmpdir(), 'mayfly-lock-'));

function planOf(directory: string, sources: Readonly<Record<string, ImageSource>>): PlannedScenarios {
  const images = Object.entries(sources).map(([name, source]) => ({ name, source, configOverrides: {} }));
  const scenario = { images } as unknown as ScenarioPlan;
  return { scenarios: [scenario], directoryOf: () => directory } as unknown as PlannedScenarios;
}

const requestsOf = ({ scenarios }: PlannedScenarios): readonly ImageRequest[] =>
  scenarios.flatMap(({ images }) => images);

const alpine: ImageSource = { kind: 'registry', reference: 'alpine' };
const archive = (directory: string): ImageSource => ({ kind: 'archive', path: join(directory, 'a/app.tar') });

async function lock(directory: string, sources: Readonly<Record<string, ImageSource>>, made: Partial<Image>) {
  const images = new LockingImages({
    prepare: async ({ name }) => ({ id: 'changed', sourceId: id, name, platform, ...made }) as Image,
  });
  const plan = unlock(planOf(directory, sources));
  for (const request of requestsOf(plan))
    await images.prepare(request, () => undefined, new AbortController().signal);
  const written = await images.write(plan, (count) => new Uint8Array(count));
  return { written, text: readFileSync(join(directory, 'mayfly.lock'), 'utf8') };
}

describe('what images resolved to', () => {
  test('is kept for each source that could give another image tomorrow', async () => {
    const directory = folder();
    const sources = {
      alpine,
      app: archive(directory),
      tools: { kind: 'host', programs: ['sh'], files: [] },
    } as const;
    const { written, text } = await lock(directory, sources, { digest });
    expect(written).toEqual([{ path: join(directory, 'mayfly.lock'), images: 2 }]);
    expect(parseLock(text, 'mayfly.lock')).toEqual([
      { source: 'archive', path: 'a/app.tar', platform, id },
      { registry: 'docker.io/library/alpine:latest', platform, id, digest },
    ]);
  });

  test('is asked for anew, but for what is never to be pulled', () => {
    const plan = planOf(folder(), { alpine, base: { kind: 'rootfs', path: '/x' } });
    expect(requestsOf(unlock(plan)).map(({ pull }) => pull)).toEqual(['always', undefined]);
  });
});

describe('a scenario with a lock', () => {
  test('takes the digest that is locked, whatever the tag means now', async () => {
    const directory = folder();
    await lock(directory, { alpine }, { digest });
    const [request] = requestsOf(applyLocks(planOf(directory, { alpine }), platform, false));
    expect(request).toMatchObject({
      source: { kind: 'registry', reference: `docker.io/library/alpine@${digest}` },
      lockedId: id,
    });
  });

  test('strictly: files have to be the same, too', async () => {
    const directory = folder();
    const sources = { app: archive(directory) };
    await lock(directory, sources, {});
    const [free] = requestsOf(applyLocks(planOf(directory, sources), platform, false));
    expect(free?.lockedId).toBeUndefined();
    const [strict] = requestsOf(applyLocks(planOf(directory, sources), platform, true));
    expect(strict).toMatchObject({ source: sources.app, lockedId: id });
  });

  test('strictly: what is not in it is refused, all at once; another platform is not in it', async () => {
    const directory = folder();
    await lock(directory, { alpine }, { digest });
    const plan = planOf(directory, {
      alpine,
      other: { kind: 'registry', reference: 'other:1' },
      app: archive(directory),
    });
    const codes = (machine: string): readonly unknown[] => {
      try {
        applyLocks(plan, machine, true);
        return [];
      } catch (error) {
        return (error as { errors: readonly { code: string; message: string }[] }).errors.map(
          ({ message }) => message,
        );
      }
    };
    expect(codes(platform)).toEqual([
      `image other is not in ${join(directory, 'mayfly.lock')}`,
      `image app is not in ${join(directory, 'mayfly.lock')}`,
    ]);
    expect(codes('linux/arm64')).toHaveLength(3);
    expect(requestsOf(applyLocks(plan, 'linux/arm64', false))).toEqual(requestsOf(plan));
  });
});

test.each([
  { registry: 'x', platform, id: 'sha256:1' },
  { registry: 'x', platform, id, digest: 'latest' },
  { source: 'host', path: 'x', platform, id },
  { source: 'oci', path: 'x', platform },
])('%j is no entry', (entry) => {
  const directory = folder();
  writeFileSync(join(directory, 'mayfly.lock'), JSON.stringify({ version: 1, images: [entry] }));
  expect(() => applyLocks(planOf(directory, { alpine }), platform, false)).toThrow('is not { debian');
});

test('entries are sorted, so that a change is one line of a diff', () => {
  const entries = [
    { registry: 'b', platform, id },
    { registry: 'a', platform, id },
  ];
  expect(renderLock(entries)).toBe(renderLock([...entries].reverse()));
});
