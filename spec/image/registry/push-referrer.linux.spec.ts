import { afterEach, beforeEach, expect, test } from 'vitest';
import { ImageBench } from '../image-bench.ts';
import { ociFiles, sha256, twoLayers } from '../image-fixtures.ts';
import { HostileRegistry, send } from './hostile-registry.ts';
import { push } from './push-kit.ts';
import { UploadRegistry } from './upload-registry.ts';

const subject = `sha256:${'5'.repeat(64)}`;
const tag = `/v2/app/manifests/sha256-${'5'.repeat(64)}`;
const indexType = 'application/vnd.oci.image.index.v1+json';
const manifestType = 'application/vnd.oci.image.manifest.v1+json';

let bench: ImageBench;
let target: UploadRegistry;
let manifest: Buffer;
beforeEach(async () => {
  bench = new ImageBench();
  target = await UploadRegistry.start();
  await pull({});
});
afterEach(async () => {
  bench[Symbol.dispose]();
  await target[Symbol.asyncDispose]();
});

/** An image that refers to another. */
async function pull(more: object): Promise<void> {
  await using source = await HostileRegistry.start();
  const files = ociFiles(twoLayers());
  source.serve(files);
  const [, plain] = [...source.files].find(([path]) => path === '/v2/app/manifests/1') ?? [];
  const changes = {
    mediaType: manifestType,
    subject: { mediaType: manifestType, digest: subject, size: 7 },
    annotations: { 'org.example.of': 'a test' },
    ...more,
  };
  manifest = Buffer.from(
    JSON.stringify({ ...JSON.parse(Buffer.from(plain?.body ?? '').toString()), ...changes }),
  );
  source.trick(/manifests\/1$/, send(200, manifest, { 'content-type': manifestType }));
  await bench.prepare({ kind: 'registry', reference: `${source.host}/app:1` });
}

const listed = () => JSON.parse(target.manifests.get(tag)?.body.toString() ?? 'null');
const own = () => ({
  mediaType: manifestType,
  digest: `sha256:${sha256(manifest)}`,
  size: manifest.length,
  artifactType: 'application/vnd.oci.image.config.v1+json',
  annotations: { 'org.example.of': 'a test' },
});

test('a registry without referrers gets a list of them, which begins empty', async () => {
  await push(bench, `${target.host}/app:1`);
  expect(target.manifests.get(tag)?.type).toBe(indexType);
  expect(listed()).toEqual({ schemaVersion: 2, mediaType: indexType, manifests: [own()] });
});

test('a list that is there gets one more, once', async () => {
  const other = { mediaType: manifestType, digest: `sha256:${'6'.repeat(64)}`, size: 1 };
  const body = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: indexType, manifests: [other] }));
  target.manifests.set(tag, { type: indexType, body });
  await push(bench, `${target.host}/app:1`);
  await push(bench, `${target.host}/app:1`);
  expect(listed().manifests).toEqual([other, own()]);
});

test('an artifact keeps its own type in the list', async () => {
  bench[Symbol.dispose]();
  bench = new ImageBench();
  await pull({ artifactType: 'application/vnd.example.sbom' });
  await push(bench, `${target.host}/app:1`);
  expect(listed().manifests).toMatchObject([{ artifactType: 'application/vnd.example.sbom' }]);
});

test('what is no list is left alone', async () => {
  target.manifests.set(tag, { type: manifestType, body: Buffer.from('{"mediaType":"other"}') });
  await expect(push(bench, `${target.host}/app:1`)).rejects.toMatchObject({ code: 'REGISTRY_REFUSED' });
  expect(listed()).toEqual({ mediaType: 'other' });
});

test('a registry that says it has seen to it gets no list', async () => {
  target.manifestHeaders = { 'oci-subject': subject };
  await push(bench, `${target.host}/app:1`);
  expect(target.manifests.has(tag)).toBe(false);
});
