import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { describeWithPrograms } from '../../requires.ts';
import { ImageBench } from '../image-bench.ts';
import { ociFiles, sha256, twoLayers } from '../image-fixtures.ts';
import { buildTar } from '../tar-builder.ts';
import { DebianRegistry } from './debian-registry.ts';
import { HostileRegistry } from './hostile-registry.ts';
import { push } from './push-kit.ts';
import { skopeo, skopeoPush } from './skopeo.ts';
import { UploadRegistry } from './upload-registry.ts';

let bench: ImageBench;
beforeEach(() => {
  bench = new ImageBench();
});
afterEach(() => bench[Symbol.dispose]());

describe('pushing by the letter of the specification', () => {
  const layer = buildTar([{ name: 'a', content: Buffer.alloc(9000, 'x') }]);
  const blob = `sha256:${sha256(layer)}`;
  let target: UploadRegistry;
  beforeEach(async () => {
    target = await UploadRegistry.start();
    await using source = await HostileRegistry.start();
    source.serve(ociFiles([layer], { pack: (tar) => tar }));
    await bench.prepare({ kind: 'registry', reference: `${source.host}/app:1` });
  });
  afterEach(() => target[Symbol.asyncDispose]());

  const asked = (method: string) => target.asked.filter(({ line }) => line.startsWith(method));
  const chunks = () => asked('PATCH').length;

  test('a blob in chunks', async () => {
    await push(bench, `${target.host}/app:1`, { registryChunkBytes: 4000 });
    expect(target.blobs.get(blob)?.equals(layer)).toBe(true);
    expect(chunks()).toBe(Math.ceil(layer.length / 4000));
    expect([...target.manifests.values()][0]?.type).toBe('application/vnd.oci.image.manifest.v1+json');
  });

  test('chunks come in order, each with its place and length, in a session that ends with the digest', async () => {
    await push(bench, `${target.host}/app:1`, { registryChunkBytes: 4000 });
    const [post] = asked('POST');
    expect(post?.headers['content-length']).toBe('0');
    const ranges = asked('PATCH').map(({ headers }) => [headers['content-range'], headers['content-length']]);
    const end = layer.length - 1;
    expect(ranges).toEqual([
      ['0-3999', '4000'],
      ['4000-7999', '4000'],
      [`8000-${end}`, String(layer.length - 8000)],
    ]);
    expect(asked('PUT').map(({ line }) => line)).toContainEqual(
      expect.stringContaining(`digest=${encodeURIComponent(blob)}`),
    );
  });

  test('chunks are as large as the registry wants them at least', async () => {
    target.minimumChunkBytes = 8000;
    await push(bench, `${target.host}/app:1`, { registryChunkBytes: 100 });
    expect(chunks()).toBe(Math.ceil(layer.length / 8000) + 1); // and the configuration's
  });

  test('a chunk that breaks off goes on where the registry has got to', async () => {
    target.breaks.push(1000, 0, 2500);
    await push(bench, `${target.host}/app:1`, { registryChunkBytes: 4000 });
    expect(target.blobs.get(blob)?.equals(layer)).toBe(true);
  });

  test('one that always breaks off ends, and no manifest is sent', async () => {
    target.breaks.push(...Array.from({ length: 20 }, () => 0));
    await expect(push(bench, `${target.host}/app:1`, { registryChunkBytes: 4000 })).rejects.toMatchObject({
      code: 'IMAGE_UNREACHABLE',
    });
    expect(target.manifests.size).toBe(0);
  });

  test.each([
    ['nothing', 0, 0, /kept 0 of 4000 bytes/, 4],
    // Here what is kept counts as progress.
    ['little', 10, 1, /was sent \d+ bytes of .* and wants more/, 15],
  ])('of each chunk %s is kept: that ends', async (_, kept, trickle, says, most) => {
    target.keptBytes = kept;
    const limits = { registryChunkBytes: 4000, registryAttempts: 4, registryTrickleBytes: trickle || 4096 };
    await expect(push(bench, `${target.host}/app:1`, limits)).rejects.toMatchObject({
      code: 'REGISTRY_REFUSED',
      message: expect.stringMatching(says),
    });
    expect(chunks()).toBeLessThanOrEqual(most);
    expect(target.manifests.size).toBe(0);
  });

  test('of a chunk half is kept: the rest is sent, too', async () => {
    target.keptBytes = 2000;
    await push(bench, `${target.host}/app:1`, { registryChunkBytes: 4000, registryTrickleBytes: 1000 });
    expect(target.blobs.get(blob)?.equals(layer)).toBe(true);
  });

  test('what it has already is not sent, and what it names is sent before it', async () => {
    target.blobs.set(blob, layer);
    const lines = await push(bench, `${target.host}/app:1`);
    expect(lines).toContainEqual(expect.stringMatching(/: Layer already exists$/));
    expect(asked('POST')).toHaveLength(1); // of the configuration
    expect(target.asked.at(-1)?.line).toBe('PUT /v2/app/manifests/1');
  });

  test('a registry that has another manifest in the end than was sent', async () => {
    target.manifestHeaders = { 'docker-content-digest': `sha256:${'0'.repeat(64)}` };
    await expect(push(bench, `${target.host}/app:1`)).rejects.toMatchObject({
      code: 'IMAGE_DIGEST_MISMATCH',
    });
  });

  test.each([
    [
      'a manifest that the registry will not have',
      /^PUT .*manifests/,
      400,
      'MANIFEST_BLOB_UNKNOWN',
      'REGISTRY_REFUSED',
    ],
    [
      'a blob that the registry will not have in the end',
      /^PUT .upload/,
      400,
      'DIGEST_INVALID',
      'REGISTRY_REFUSED',
    ],
    ['a registry that does not say where a blob goes', /^POST/, 202, '', 'REGISTRY_REFUSED'],
    ['a repository where one may not push', /^POST/, 403, 'DENIED', 'REGISTRY_UNAUTHORIZED'],
  ] as const)('%s', async (_, of, status, code, ours) => {
    target.refusal = { of, status, code };
    await expect(push(bench, `${target.host}/app:1`)).rejects.toMatchObject({
      code: ours,
      message: expect.stringContaining(code),
    });
    expect(target.manifests.size).toBe(0);
  });

  test('a small blob goes whole', async () => {
    await push(bench, `${target.host}/app:1`);
    expect(target.blobs.get(blob)?.equals(layer)).toBe(true);
    expect(chunks()).toBe(0);
  });
});

describeWithPrograms(['docker-registry', 'skopeo'], [], 'pushing to Debian’s registry', () => {
  let registry: DebianRegistry;
  beforeAll(async () => {
    registry = await DebianRegistry.start();
    await skopeoPush(ociFiles(twoLayers()), `${registry.host}/team/app:1`);
    await skopeoPush(ociFiles(twoLayers()), `${registry.host}/team/v2:1`, '--format=v2s2');
  });
  afterAll(() => registry[Symbol.asyncDispose]());

  const inspect = (name: string) =>
    skopeo('inspect', '--tls-verify=false', '--raw', `docker://${registry.host}/${name}`);

  test.each(['app', 'v2'])('%s keeps its digest, and skopeo reads it', async (name) => {
    await bench.prepare({ kind: 'registry', reference: `${registry.host}/team/${name}:1` });
    const lines = await push(bench, `${registry.host}/other/${name}:2`);
    expect(lines[0]).toBe(`The push refers to repository [${registry.host}/other/${name}]`);
    expect(lines.filter((line) => line.endsWith(`: Mounted from team/${name}`))).toHaveLength(2);
    const raw = await inspect(`other/${name}:2`);
    expect(raw).toBe(await inspect(`team/${name}:1`));
    expect(lines.at(-1)).toBe(`2: digest: sha256:${sha256(raw)} size: ${raw.length}`);
    const copied = await skopeo(
      'copy',
      '--src-tls-verify=false',
      `docker://${registry.host}/other/${name}:2`,
      `dir:${bench.folder}/copy-${name}`,
    );
    expect(copied).toMatch(/Writing manifest/);
    const again = await push(bench, `${registry.host}/other/${name}:3`);
    expect(again.filter((line) => line.endsWith(': Layer already exists'))).toHaveLength(2);
  });

  test('in chunks', async () => {
    await using other = await DebianRegistry.start();
    await bench.prepare({ kind: 'registry', reference: `${registry.host}/team/app:1` });
    const lines = await push(bench, `${other.host}/app:1`, { registryChunkBytes: 100 });
    expect(lines.filter((line) => line.endsWith(': Pushed'))).toHaveLength(2);
    const there = await skopeo('inspect', '--tls-verify=false', `docker://${other.host}/app:1`);
    expect(JSON.parse(there).Layers).toHaveLength(2);
    await skopeo(
      'copy',
      '--src-tls-verify=false',
      `docker://${other.host}/app:1`,
      `oci:${bench.folder}/copy`,
    );
  });
});
