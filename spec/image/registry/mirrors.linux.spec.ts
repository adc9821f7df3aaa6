import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Image } from '../../../src/core/image.ts';
import { defaultImageLimits } from '../../../src/image/image-limits.ts';
import { mayAsk, ownEndpoint, planPullEndpoints } from '../../../src/image/registry/plan-endpoints.ts';
import { noRegistrySettings, type RegistrySettings } from '../../../src/image/registry/registry-settings.ts';
import { ImageBench } from '../image-bench.ts';
import { ociFiles, twoLayers } from '../image-fixtures.ts';
import { breakOff, HostileRegistry, send } from './hostile-registry.ts';

const settings = (changes: Partial<RegistrySettings>): RegistrySettings => ({
  ...noRegistrySettings,
  ...changes,
});

describe('where a registry is asked', () => {
  test.each<readonly [registry: string, changes: Partial<RegistrySettings>, expected: object]>([
    [
      'docker.io',
      {},
      { bases: ['https://registry-1.docker.io'], loginName: 'https://index.docker.io/v1/', plain: 'never' },
    ],
    [
      'registry.example',
      {},
      { bases: ['https://registry.example'], loginName: 'registry.example', plain: 'never' },
    ],
    ['localhost:5000', {}, { bases: ['https://localhost:5000', 'http://localhost:5000'], plain: 'loopback' }],
    ['127.8.9.1', {}, { bases: ['https://127.8.9.1', 'http://127.8.9.1'], plain: 'loopback' }],
    ['[::1]:5000', {}, { bases: ['https://[::1]:5000', 'http://[::1]:5000'], plain: 'loopback' }],
    ['localhost.example', {}, { bases: ['https://localhost.example'], plain: 'never' }],
    [
      'registry.example',
      { rules: { 'registry.example': { isPlain: true } } },
      { bases: ['https://registry.example', 'http://registry.example'], plain: 'anywhere' },
    ],
  ])('%s', (registry, changes, expected) => {
    expect(ownEndpoint(registry, settings(changes))).toMatchObject(expected);
  });

  test('mirrors first, in their order, with their paths and their own logins', () => {
    const mirrors = { 'docker.io': ['https://one.example/', 'https://two.example:8443/hub'] };
    const planned = planPullEndpoints('docker.io', settings({ mirrors }));
    expect(planned.map(({ bases, loginName }) => [bases[0], loginName])).toEqual([
      ['https://one.example', 'one.example'],
      ['https://two.example:8443/hub', 'two.example:8443'],
      ['https://registry-1.docker.io', 'https://index.docker.io/v1/'],
    ]);
  });

  test.each([
    'mirror.example',
    'ftp://mirror.example',
    'http://mirror.example',
    'https://ann:x@mirror.example',
    'https://m.example/?a',
  ])('the mirror %s is refused', (url) => {
    expect(() => planPullEndpoints('docker.io', settings({ mirrors: { 'docker.io': [url] } }))).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    );
  });

  test.each([
    ['https://anywhere.example/', 'never', true],
    ['http://anywhere.example/', 'never', false],
    ['http://127.0.0.1:5000/', 'never', false],
    ['http://127.0.0.1:5000/', 'loopback', true],
    ['http://10.0.0.1/', 'loopback', false],
    ['http://10.0.0.1/', 'anywhere', true],
    ['https://ann:secret@anywhere.example/', 'anywhere', false],
    ['file:///etc/passwd', 'anywhere', false],
  ] as const)('%s may be asked where plain http is for %s: %s', (url, plain, expected) => {
    expect(mayAsk(new URL(url), plain)).toBe(expected);
  });
});

describe('pulling with a mirror', () => {
  let origin: HostileRegistry;
  let mirror: HostileRegistry;
  let bench: ImageBench;
  beforeEach(async () => {
    [origin, mirror] = [await HostileRegistry.start(), await HostileRegistry.start()];
    bench = new ImageBench();
    origin.serve(ociFiles(twoLayers()));
  });
  afterEach(async () => {
    bench[Symbol.dispose]();
    await origin[Symbol.asyncDispose]();
    await mirror[Symbol.asyncDispose]();
  });

  const pull = (): Promise<Image> => {
    const mirrors = { [origin.host]: [`http://${mirror.host}`] };
    const provider = bench.provider({
      readRegistries: async () => settings({ mirrors }),
      limits: { ...defaultImageLimits, registryBackoffMs: 1, registryAttempts: 2 },
    });
    return bench.prepare({ kind: 'registry', reference: `${origin.host}/app:1` }, { provider });
  };

  test('which has it: the registry is not asked', async () => {
    mirror.serve(ociFiles(twoLayers()));
    expect((await pull()).layers).toHaveLength(2);
    expect(origin.seen).toEqual([]);
  });

  test.each([
    ['has it not', () => undefined],
    ['is broken', () => mirror.trick(/./, send(500, ''))],
    ['wants a login', () => mirror.trick(/./, send(401, ''))],
    ['says what is no JSON', () => mirror.trick(/manifests/, send(200, '<html>'))],
  ])('which %s: the registry is asked', async (_, arrange) => {
    arrange();
    expect((await pull()).layers).toHaveLength(2);
    expect(mirror.seen).not.toEqual([]);
  });

  test.each([
    ['has no layer', () => mirror.trick(/blobs/, send(404, ''))],
    ['refuses layers', () => mirror.trick(/blobs/, send(403, ''))],
    ['hangs up in every blob', () => mirror.trick(/blobs/, breakOff(Buffer.alloc(300), 0))],
  ])('which %s: the registry is asked for them', async (_, arrange) => {
    mirror.serve(ociFiles(twoLayers()));
    arrange();
    expect((await pull()).layers).toHaveLength(2);
    expect(origin.asked(/blobs/)).not.toEqual([]);
    expect(origin.asked(/manifests/)).toEqual([]);
  });

  test('which sends another layer: that is told, and nobody else is asked', async () => {
    mirror.serve(ociFiles(twoLayers()));
    mirror.trick(/blobs/, send(200, Buffer.alloc(2 ** 20)));
    await expect(pull()).rejects.toMatchObject({ code: 'IMAGE_DIGEST_MISMATCH' });
    expect(origin.asked(/blobs/)).toEqual([]);
  });

  test('when nobody has it, the registry’s word counts', async () => {
    origin.trick(/manifests/, send(404, '{"errors":[{"code":"MANIFEST_UNKNOWN"}]}'));
    await expect(pull()).rejects.toMatchObject({
      code: 'IMAGE_NOT_FOUND',
      message: expect.stringContaining(origin.host),
    });
  });
});
