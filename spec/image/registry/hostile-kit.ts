import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Image } from '../../../src/core/image.ts';
import { defaultImageLimits, type ImageLimits } from '../../../src/image/image-limits.ts';
import { ImageBench } from '../image-bench.ts';
import { configJson, ociFiles, sha256, twoLayers } from '../image-fixtures.ts';
import { HostileRegistry } from './hostile-registry.ts';

const files = ociFiles(twoLayers(), { pack: (layer: Buffer) => layer });
export const [firstLayer = Buffer.alloc(0), secondLayer = Buffer.alloc(0)] = twoLayers();
export const config = Buffer.from(JSON.stringify(configJson(twoLayers())));
export const blobOf = (bytes: Uint8Array): RegExp => new RegExp(`/blobs/sha256:${sha256(bytes)}$`);
export const manifestPath = /\/manifests\//;
export const manifestType = 'application/vnd.oci.image.manifest.v1+json';
/** Of the image that is served, as it should be. */
export const manifest = JSON.parse(
  [...files]
    .find(([, body]) => body.toString('latin1').startsWith('{"schemaVersion":2,"config"'))?.[1]
    .toString() ?? '',
);

/** Something that a registry does which it should not, and what becomes of it. */
export interface Attack {
  readonly name: string;
  readonly arrange: (registry: HostileRegistry) => void;
  readonly code: string;
  readonly says?: RegExp;
  readonly reference?: string;
  readonly limits?: Partial<ImageLimits>;
}

/** Patience of a test. */
const quick: Partial<ImageLimits> = {
  registryBackoffMs: 1,
  registryAttempts: 3,
  registryAnswerMs: 400,
  registrySilenceMs: 400,
};

/** A registry that serves an image of two layers until it is told otherwise, and a store to pull it into. */
export class HostileBench implements AsyncDisposable {
  readonly registry: HostileRegistry;
  readonly bench = new ImageBench();

  private constructor(registry: HostileRegistry) {
    this.registry = registry;
  }

  static async start(): Promise<HostileBench> {
    const registry = await HostileRegistry.start();
    registry.serve(files);
    return new HostileBench(registry);
  }

  pull(reference = 'app:1', limits: Partial<ImageLimits> = {}): Promise<Image> {
    const provider = this.bench.provider({ limits: { ...defaultImageLimits, ...quick, ...limits } });
    return this.bench.prepare(
      { kind: 'registry', reference: `${this.registry.host}/${reference}` },
      { provider },
    );
  }

  /** Whatever happened, nothing of it is there but whole layers that are what they were announced as. */
  expectNothingKept(): void {
    const { layers, blobs, names, catalogue, images, scratch } = this.bench.paths;
    for (const directory of [names, catalogue, images, scratch]) expect(readdirSync(directory)).toEqual([]);
    const good = twoLayers().map((layer) => sha256(layer));
    expect(good).toEqual(expect.arrayContaining(readdirSync(blobs)));
    expect(good.map((hex) => hex.slice(0, 24))).toEqual(expect.arrayContaining(readdirSync(layers)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.bench[Symbol.dispose]();
    await this.registry[Symbol.asyncDispose]();
  }
}

/** Each ends with its code, and leaves nothing. */
export function describeAttacks(name: string, attacks: readonly Attack[]): void {
  describe(name, () => {
    test.each(attacks)('$name: $code, and the store is untouched', async (attack) => {
      await using hostile = await HostileBench.start();
      attack.arrange(hostile.registry);
      await expect(hostile.pull(attack.reference, attack.limits)).rejects.toMatchObject({
        code: attack.code,
        message: expect.stringMatching(attack.says ?? /./),
      });
      hostile.expectNothingKept();
    });
  });
}
