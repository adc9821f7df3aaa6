import { describe, expect, test } from 'vitest';
import type { Attack } from './hostile-kit.ts';
import {
  blobOf,
  config,
  describeAttacks,
  firstLayer,
  HostileBench,
  manifest,
  manifestPath,
  manifestType,
  secondLayer,
} from './hostile-kit.ts';
import { breakOff, endless, HostileRegistry, send, sendFile } from './hostile-registry.ts';

const json = (value: object) => send(200, JSON.stringify(value), { 'content-type': manifestType });
const altered = (bytes: Buffer): Buffer => {
  const copy = Buffer.from(bytes);
  copy[1024] = (copy[1024] ?? 0) ^ 1; // of the first file
  return copy;
};

const contents: readonly Attack[] = [
  {
    name: 'a layer with other content of the same length',
    arrange: (registry) => registry.trick(blobOf(firstLayer), sendFile(altered(firstLayer))),
    code: 'IMAGE_DIGEST_MISMATCH',
  },
  {
    name: 'a configuration with other content of the same length',
    arrange: (registry) =>
      registry.trick(blobOf(config), sendFile(Buffer.from(config.toString().replace('amd64', 'AMD64')))),
    code: 'IMAGE_DIGEST_MISMATCH',
  },
  {
    name: 'a manifest that is not the one of the digest',
    arrange: (registry) => registry.trick(manifestPath, json({ ...manifest, annotations: {} })),
    reference: `app@sha256:${'0'.repeat(64)}`,
    code: 'IMAGE_DIGEST_MISMATCH',
  },
  {
    name: 'a manifest that is not the one of its own header',
    arrange: (registry) =>
      registry.trick(
        manifestPath,
        send(200, JSON.stringify(manifest), {
          'content-type': manifestType,
          'docker-content-digest': `sha256:${'1'.repeat(64)}`,
        }),
      ),
    code: 'IMAGE_DIGEST_MISMATCH',
  },
  {
    name: 'a layer that ends too soon, each time',
    arrange: (registry) => registry.trick(blobOf(secondLayer), sendFile(secondLayer.subarray(0, 700))),
    code: 'IMAGE_DIGEST_MISMATCH',
    says: new RegExp(`should be ${secondLayer.length} and is 700`),
  },
  {
    name: 'a layer that breaks off, each time',
    arrange: (registry) => registry.trick(blobOf(secondLayer), breakOff(secondLayer, 0)),
    code: 'IMAGE_UNREACHABLE',
  },
  {
    name: 'a layer that is longer than announced',
    arrange: (registry) =>
      registry.trick(blobOf(secondLayer), sendFile(Buffer.concat([secondLayer, secondLayer]))),
    code: 'IMAGE_DIGEST_MISMATCH',
  },
  {
    name: 'a layer without end',
    arrange: (registry) => registry.trick(blobOf(firstLayer), endless()),
    code: 'IMAGE_DIGEST_MISMATCH',
  },
  {
    name: 'a configuration without end',
    arrange: (registry) => registry.trick(blobOf(config), endless()),
    code: 'IMAGE_DIGEST_MISMATCH',
  },
  {
    name: 'a manifest without end',
    arrange: (registry) => registry.trick(manifestPath, endless()),
    code: 'IMAGE_LIMIT',
    says: /manifestBytes/,
  },
  {
    name: 'a manifest that is announced as a giant',
    arrange: (registry) =>
      registry.trick(manifestPath, (response) => {
        response.writeHead(200, { 'content-length': String(2 ** 40), 'content-type': manifestType });
        response.write('{');
      }),
    code: 'IMAGE_LIMIT',
    says: /manifestBytes/,
  },
  {
    name: 'a layer that is not there',
    arrange: (registry) =>
      registry.trick(blobOf(firstLayer), send(404, '{"errors":[{"code":"BLOB_UNKNOWN"}]}')),
    code: 'IMAGE_NOT_FOUND',
    says: /answers 404 \(BLOB_UNKNOWN\)/,
  },
  {
    name: 'another part than was asked for',
    arrange: (registry) => {
      registry.trick(blobOf(secondLayer), breakOff(secondLayer, 1000), 1);
      registry.trick(
        blobOf(secondLayer),
        send(206, secondLayer, {
          'content-range': `bytes 0-${secondLayer.length - 1}/${secondLayer.length}`,
        }),
      );
    },
    code: 'REGISTRY_REFUSED',
    says: /another part/,
  },
];

describeAttacks('a registry with bad content', contents);

describe('what passes', () => {
  test('a layer that breaks off goes on where it was', async () => {
    await using hostile = await HostileBench.start();
    hostile.registry.trick(blobOf(secondLayer), breakOff(secondLayer, 1000), 1);
    hostile.registry.trick(blobOf(secondLayer), breakOff(secondLayer, 500), 1);
    expect((await hostile.pull()).layers).toHaveLength(2);
    const ranges = hostile.registry.asked(blobOf(secondLayer)).map(({ headers }) => headers.range);
    expect(ranges).toEqual([undefined, 'bytes=1000-', 'bytes=1500-']);
  });

  test('also where the registry knows no ranges', async () => {
    await using hostile = await HostileBench.start();
    hostile.registry.trick(blobOf(secondLayer), breakOff(secondLayer, 1000), 1);
    hostile.registry.trick(blobOf(secondLayer), send(200, secondLayer));
    expect((await hostile.pull()).layers).toHaveLength(2);
  });

  test('a server that is overloaded for a while', async () => {
    await using hostile = await HostileBench.start();
    hostile.registry.trick(/manifests\/1$/, send(503, ''), 1);
    hostile.registry.trick(/manifests\/1$/, send(429, '', { 'retry-after': '0' }), 1);
    hostile.registry.trick(blobOf(config), send(500, ''), 1);
    expect((await hostile.pull()).layers).toHaveLength(2);
    expect(hostile.registry.asked(/manifests\/1$/)).toHaveLength(3);
  });

  test('a redirect to another place, which gets no login', async () => {
    await using hostile = await HostileBench.start();
    await using elsewhere = await HostileRegistry.start();
    elsewhere.files.set('/blob', { type: 'application/octet-stream', body: firstLayer });
    hostile.registry.trick(/\/token/, send(200, '{"token":"for the registry alone"}'.replaceAll(' ', '-')));
    const realm = `Bearer realm="http://${hostile.registry.host}/token",service="x"`;
    hostile.registry.trick(/manifests\/1$/, send(401, '', { 'www-authenticate': realm }), 1);
    hostile.registry.trick(blobOf(firstLayer), send(307, '', { location: `http://${elsewhere.host}/blob` }));
    await hostile.pull();
    const [asked] = hostile.registry.asked(blobOf(firstLayer));
    expect(asked?.headers.authorization).toBe('Bearer for-the-registry-alone');
    expect(elsewhere.seen.map(({ url, headers }) => [url, headers.authorization])).toEqual([
      ['/blob', undefined],
    ]);
  });

  test('who leaves is let go at once, and nothing is kept', async () => {
    await using hostile = await HostileBench.start();
    const leaving = new AbortController();
    hostile.registry.trick(blobOf(secondLayer), () => leaving.abort(new Error('gone')));
    const provider = hostile.bench.provider();
    const source = { kind: 'registry', reference: `${hostile.registry.host}/app:1` } as const;
    await expect(hostile.bench.prepare(source, { provider, signal: leaving.signal })).rejects.toThrow('gone');
    hostile.expectNothingKept();
  });
});
