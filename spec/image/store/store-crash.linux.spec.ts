import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makePrng } from '../../../src/core/prng.ts';
import { addToStore } from '../../../src/image/add-to-store.ts';
import { loadImages } from '../../../src/image/load-images.ts';
import { removeImage } from '../../../src/image/remove-image.ts';
import { collectGarbage } from '../../../src/image/store/collect-garbage.ts';
import { listKnownImages } from '../../../src/image/store/known-images.ts';
import { verifyStore } from '../../../src/image/store/verify-store.ts';
import { launcherPath } from '../../engine/linux/linux-kit.ts';
import { describeRequiring } from '../../requires.ts';
import { configJson, dockerSaveParts } from '../image-fixtures.ts';
import { buildTar } from '../tar-builder.ts';
import { storeOptionsFor } from './store-options.ts';

const folder = mkdtempSync(join(tmpdir(), 'mayfly-crash-'));
const script = join(folder, 'writer.mjs');
const { signal } = new AbortController();

/** Two writers at once, each killed a hundred times. */
const rounds = 100;
const seed = Number(process.env.MAYFLY_SPEC_SEED ?? 1);

function layer(name: string, files: number): Buffer {
  return buildTar(
    Array.from({ length: files }, (_, at) => ({
      name: `${name}/${at}`,
      content: `${name}${at}`.repeat(200),
    })),
  );
}

beforeAll(async () => {
  const base = layer('base', 300);
  for (const at of [0, 1, 2]) {
    const layers = [base, layer(`own${at}`, 50 + at * 100)];
    const config = configJson(layers);
    const parts = dockerSaveParts(layers, { config, tags: [`example/app:${at}`, 'example/app:latest'] });
    writeFileSync(join(folder, `archive-${at}.tar`), buildTar(parts));
  }
  await build({
    entryPoints: [fileURLToPath(new URL('writer-script.ts', import.meta.url))],
    outfile: script,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A writer at work, once it has begun. */
async function startWriter(number: number) {
  const child = spawn(process.execPath, [script, folder, launcherPath, String(number)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  const ended = once(child, 'close');
  await Promise.race([once(child.stdout, 'data'), ended]);
  return { child, ended, said: () => said };
}

describeRequiring(['userns'], 'whoever dies at whatever moment leaves a store that is sound', () => {
  test('two hundred writers killed in the middle', { timeout: 600_000 }, async () => {
    const prng = makePrng(seed, 'kill');
    const { collecting, options } = await storeOptionsFor(folder, launcherPath);
    const { paths, self } = collecting;
    for (let round = 0; round < rounds; round += 1) {
      const writers = await Promise.all(
        [1, 2].map((which) => startWriter(seed * 10_000 + round * 2 + which)),
      );
      for (const { child, ended, said } of writers) {
        await sleep(prng.below(60));
        expect(child.exitCode, said()).toBeNull();
        child.kill('SIGKILL');
        await ended;
      }
      expect(await verifyStore(paths, self, signal), `round ${round} of seed ${seed}`).toEqual([]);
    }
    await addToStore(
      options,
      () => undefined,
      signal,
      async (context) => {
        for (const at of [0, 1, 2]) await loadImages(join(folder, `archive-${at}.tar`), context);
      },
    );
    expect(await verifyStore(paths, self, signal)).toEqual([]);
    for (const image of await listKnownImages(paths, self))
      await removeImage({ untag: image.references, remove: image.id }, collecting);
    await collectGarbage(collecting);
    const left = [paths.layers, paths.blobs, paths.layerRecords, paths.catalogue, paths.names, paths.scratch];
    expect(left.flatMap((directory) => readdirSync(directory))).toEqual([]);
  });
});
