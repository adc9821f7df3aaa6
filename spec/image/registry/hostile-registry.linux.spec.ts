import { readdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Image } from '../../../src/core/image.ts';
import { defaultImageLimits, type ImageLimits } from '../../../src/image/image-limits.ts';
import { ImageBench } from '../image-bench.ts';
import { configJson, ociFiles, sha256, twoLayers } from '../image-fixtures.ts';
import { breakOff, endless, HostileRegistry, send, sendFile } from './hostile-registry.ts';

let registry: HostileRegistry;
let bench: ImageBench;
beforeEach(async () => {
  registry = await HostileRegistry.start();
  bench = new ImageBench();
  registry.serve(files);
});
afterEach(async () => {
  bench[Symbol.dispose]();
  await registry[Symbol.asyncDispose]();
});

const plain = { pack: (layer: Buffer) => layer };
const files = ociFiles(twoLayers(), plain);
const [firstLayer = Buffer.alloc(0), secondLayer = Buffer.alloc(0)] = twoLayers();
const config = Buffer.from(JSON.stringify(configJson(twoLayers())));
const blobOf = (bytes: Uint8Array): RegExp => new RegExp(`/blobs/sha256:${sha256(bytes)}$`);
const manifestPath = /\/manifests\//;
const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const indexType = 'application/vnd.oci.image.index.v1+json';
const manifest = JSON.parse(
  [...files]
    .find(([, body]) => body.toString('latin1').startsWith('{"schemaVersion":2,"config"'))?.[1]
    .toString() ?? '',
);

/** Patience of a test. */
const quick: Partial<ImageLimits> = {
  registryBackoffMs: 1,
  registryAttempts: 3,
  registryAnswerMs: 400,
  registrySilenceMs: 400,
};

function pull(reference = 'app:1', limits: Partial<ImageLimits> = {}): Promise<Image> {
  const provider = bench.provider({ limits: { ...defaultImageLimits, ...quick, ...limits } });
  return bench.prepare({ kind: 'registry', reference: `${registry.host}/${reference}` }, { provider });
}

/** Whatever happened, nothing of it is there but whole layers that are what they were announced as. */
function expectNothingKept(): void {
  const { layers, blobs, names, catalogue, images, scratch } = bench.paths;
  for (const directory of [names, catalogue, images, scratch]) expect(readdirSync(directory)).toEqual([]);
  const good = twoLayers().map((layer) => sha256(layer));
  expect(good).toEqual(expect.arrayContaining(readdirSync(blobs)));
  expect(good.map((hex) => hex.slice(0, 24))).toEqual(expect.arrayContaining(readdirSync(layers)));
}

const json = (value: object, type = manifestType) =>
  send(200, JSON.stringify(value), { 'content-type': type });
const altered = (bytes: Buffer): Buffer => {
  const copy = Buffer.from(bytes);
  copy[1024] = (copy[1024] ?? 0) ^ 1; // of the first file
  return copy;
};

interface Attack {
  readonly name: string;
  readonly arrange: () => void;
  readonly code: string;
  readonly says?: RegExp;
  readonly reference?: string;
  readonly limits?: Partial<ImageLimits>;
}

const contents: readonly Attack[] = [
  {
    name: 'a layer with other content of the same length',
    arrange: () => registry.trick(blobOf(firstLayer), sendFile(altered(firstLayer))),
    code: 'IMAGE_DIGEST_MISMATCH',
  },
  {
    name: 'a configuration with other content of the same length',
    arrange: () =>
      registry.trick(blobOf(config), sendFile(Buffer.from(config.toString().replace('amd64', 'AMD64')))),
    code: 'IMAGE_DIGEST_MISMATCH',
  },
  {
    name: 'a manifest that is not the one of the digest',
    arrange: () => registry.trick(manifestPath, json({ ...manifest, annotations: {} })),
    reference: `app@sha256:${'0'.repeat(64)}`,
    code: 'IMAGE_DIGEST_MISMATCH',
  },
  {
    name: 'a manifest that is not the one of its own header',
    arrange: () =>
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
    arrange: () => registry.trick(blobOf(secondLayer), sendFile(secondLayer.subarray(0, 700))),
    code: 'IMAGE_DIGEST_MISMATCH',
    says: new RegExp(`should be ${secondLayer.length} and is 700`),
  },
  {
    name: 'a layer that breaks off, each time',
    arrange: () => registry.trick(blobOf(secondLayer), breakOff(secondLayer, 0)),
    code: 'IMAGE_UNREACHABLE',
  },
  {
    name: 'a layer that is longer than announced',
    arrange: () => registry.trick(blobOf(secondLayer), sendFile(Buffer.concat([secondLayer, secondLayer]))),
    code: 'IMAGE_DIGEST_MISMATCH',
  },
  {
    name: 'a layer without end',
    arrange: () => registry.trick(blobOf(firstLayer), endless()),
    code: 'IMAGE_DIGEST_MISMATCH',
  },
  {
    name: 'a configuration without end',
    arrange: () => registry.trick(blobOf(config), endless()),
    code: 'IMAGE_DIGEST_MISMATCH',
  },
  {
    name: 'a manifest without end',
    arrange: () => registry.trick(manifestPath, endless()),
    code: 'IMAGE_LIMIT',
    says: /manifestBytes/,
  },
  {
    name: 'a manifest that is announced as a giant',
    arrange: () =>
      registry.trick(manifestPath, (response) => {
        response.writeHead(200, { 'content-length': String(2 ** 40), 'content-type': manifestType });
        response.write('{');
      }),
    code: 'IMAGE_LIMIT',
    says: /manifestBytes/,
  },
  {
    name: 'another part than was asked for',
    arrange: () => {
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

const descriptor = (mediaType: string, sizeBytes: number, digit = '2') => ({
  mediaType,
  digest: `sha256:${digit.repeat(64)}`,
  size: sizeBytes,
});
const configDescriptor = manifest.config;

const manifests: readonly (Attack & { readonly value?: never })[] = (
  [
    ['is no JSON', '<html>', 'IMAGE_INVALID'],
    ['is a list', [manifest], 'IMAGE_INVALID'],
    ['is null', null, 'IMAGE_INVALID'],
    ['is an index and an image at once', { ...manifest, manifests: [] }, 'IMAGE_HOSTILE'],
    [
      'says that it is something else than its header',
      { ...manifest, mediaType: indexType },
      'IMAGE_HOSTILE',
    ],
    ['is of schema 1', { schemaVersion: 1, name: 'app', fsLayers: [] }, 'IMAGE_INVALID'],
    ['has no configuration', { ...manifest, config: undefined }, 'IMAGE_INVALID'],
    [
      'has a chart as configuration',
      { ...manifest, config: { ...configDescriptor, mediaType: 'application/vnd.cncf.helm.config.v1+json' } },
      'IMAGE_INVALID',
    ],
    [
      'has a configuration of a negative size',
      { ...manifest, config: { ...configDescriptor, size: -1 } },
      'IMAGE_INVALID',
    ],
    [
      'has a configuration of no size',
      { ...manifest, config: { ...configDescriptor, size: '9' } },
      'IMAGE_INVALID',
    ],
    [
      'has a configuration with a path as digest',
      { ...manifest, config: { ...configDescriptor, digest: '../../../etc/passwd' } },
      'IMAGE_INVALID',
    ],
    [
      'has a configuration of another algorithm',
      { ...manifest, config: { ...configDescriptor, digest: `md5:${'a'.repeat(32)}` } },
      'IMAGE_INVALID',
    ],
    [
      'has a giant configuration',
      { ...manifest, config: { ...configDescriptor, size: 2 ** 40 } },
      'IMAGE_LIMIT',
    ],
    [
      'has a giant layer',
      { ...manifest, layers: [manifest.layers[0], { ...manifest.layers[1], size: 2 ** 50 }] },
      'IMAGE_LIMIT',
    ],
    [
      'lies about the length of its configuration',
      { ...manifest, config: { ...configDescriptor, size: configDescriptor.size - 1 } },
      'IMAGE_DIGEST_MISMATCH',
    ],
    [
      'lies about the length of a layer',
      { ...manifest, layers: [manifest.layers[0], { ...manifest.layers[1], size: secondLayer.length - 1 }] },
      'IMAGE_DIGEST_MISMATCH',
    ],
    [
      'has fewer layers than its configuration',
      { ...manifest, layers: manifest.layers.slice(1) },
      'IMAGE_INVALID',
    ],
    [
      'has its layers in another order',
      { ...manifest, layers: [...manifest.layers].reverse() },
      'IMAGE_DIGEST_MISMATCH',
    ],
    [
      'has 200 layers',
      { ...manifest, layers: Array.from({ length: 200 }, () => manifest.layers[0]) },
      'IMAGE_LIMIT',
    ],
    [
      'has an encrypted layer',
      {
        ...manifest,
        layers: [
          manifest.layers[0],
          { ...manifest.layers[1], mediaType: 'application/vnd.oci.image.layer.v1.tar+encrypted' },
        ],
      },
      'IMAGE_INVALID',
    ],
    ['has layers that are no list', { ...manifest, layers: { length: 2 } }, 'IMAGE_INVALID'],
  ] as const
).map(([name, value, code]) => ({
  name: `a manifest that ${name}`,
  arrange: () =>
    registry.trick(
      /manifests\/1$/,
      send(200, typeof value === 'string' ? value : JSON.stringify(value), { 'content-type': manifestType }),
    ),
  code,
}));

const ofIndexes: readonly Attack[] = [
  {
    name: 'an index in an index in an index …',
    arrange: () => {
      let inner = Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: [descriptor(indexType, 9)] }));
      for (let depth = 0; depth < 8; depth += 1) {
        const entry = { mediaType: indexType, digest: `sha256:${sha256(inner)}`, size: inner.length };
        registry.files.set(`/v2/app/manifests/${entry.digest}`, { type: indexType, body: inner });
        inner = Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: [entry] }));
      }
      registry.trick(/manifests\/1$/, send(200, inner, { 'content-type': indexType }));
    },
    code: 'IMAGE_LIMIT',
    says: /indexDepth/,
  },
  {
    name: 'an index that calls an index a manifest',
    arrange: () => {
      const inner = Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: [] }));
      const digest = `sha256:${sha256(inner)}`;
      registry.files.set(`/v2/app/manifests/${digest}`, { type: indexType, body: inner });
      const entry = { mediaType: manifestType, digest, size: inner.length };
      registry.trick(/manifests\/1$/, json({ schemaVersion: 2, manifests: [entry] }, indexType));
    },
    code: 'IMAGE_HOSTILE',
  },
  {
    name: 'an index with nothing for this machine',
    arrange: () => {
      const platform = { os: 'linux', architecture: 's390x' };
      const entry = { ...descriptor(manifestType, 9), platform };
      registry.trick(/manifests\/1$/, json({ schemaVersion: 2, manifests: [entry] }, indexType));
    },
    code: 'IMAGE_PLATFORM',
  },
  {
    name: 'an empty index',
    arrange: () => registry.trick(/manifests\/1$/, json({ schemaVersion: 2, manifests: [] }, indexType)),
    code: 'IMAGE_PLATFORM',
  },
  {
    name: 'an index of giants',
    arrange: () => {
      const entry = {
        ...descriptor(manifestType, 2 ** 30),
        platform: { os: 'linux', architecture: 'amd64' },
      };
      registry.trick(/manifests\/1$/, json({ schemaVersion: 2, manifests: [entry] }, indexType));
    },
    code: 'IMAGE_LIMIT',
    says: /manifestBytes/,
  },
];

const manners: readonly Attack[] = [
  {
    name: 'redirects in a circle',
    arrange: () =>
      registry.trick(/manifests\/1$/, (response) => {
        response.writeHead(307, { location: '/v2/app/manifests/1' });
        response.end();
      }),
    code: 'REGISTRY_REFUSED',
    says: /more than 10 times/,
  },
  {
    name: 'a redirect to nowhere',
    arrange: () => registry.trick(manifestPath, send(302, '')),
    code: 'REGISTRY_REFUSED',
  },
  ...[
    'http://10.255.255.1/blob',
    'http://169.254.169.254/latest/meta-data',
    'file:///etc/passwd',
    'https://ann:secret@127.0.0.1/',
    'ftp://127.0.0.1/x',
  ].map((location) => ({
    name: `a redirect to ${location}`,
    arrange: () => registry.trick(blobOf(firstLayer), send(307, '', { location })),
    code: 'REGISTRY_REFUSED',
    says: /which is not asked/,
  })),
  {
    name: 'a realm for tokens in the clear somewhere else',
    arrange: () =>
      registry.trick(
        manifestPath,
        send(401, '', { 'www-authenticate': 'Bearer realm="http://10.255.255.1/token",service="x"' }),
      ),
    code: 'REGISTRY_REFUSED',
    says: /where no login may go/,
  },
  {
    name: 'a token with a line break in it',
    arrange: () => {
      const realm = `Bearer realm="http://${registry.host}/token",service="x"`;
      registry.trick(manifestPath, send(401, '', { 'www-authenticate': realm }));
      registry.trick(/\/token/, send(200, '{"token":"a\\r\\nX-Evil: 1"}'));
    },
    code: 'REGISTRY_REFUSED',
    says: /no token/,
  },
  {
    name: 'tokens that are never enough',
    arrange: () => {
      const realm = `Bearer realm="http://${registry.host}/token",service="x"`;
      registry.trick(
        manifestPath,
        send(401, '{"errors":[{"code":"DENIED"}]}', { 'www-authenticate': realm }),
      );
      registry.trick(/\/token/, send(200, '{"token":"abc"}'));
    },
    code: 'REGISTRY_UNAUTHORIZED',
    says: /answers 401 \(DENIED\)/,
  },
  {
    name: 'a challenge of a kind that nobody knows',
    arrange: () => registry.trick(manifestPath, send(401, '', { 'www-authenticate': 'Negotiate abc, "' })),
    code: 'REGISTRY_UNAUTHORIZED',
  },
  {
    name: 'always an error',
    arrange: () => registry.trick(manifestPath, send(503, 'x')),
    code: 'REGISTRY_REFUSED',
    says: /answers 503/,
  },
  {
    name: 'an error with what a terminal would obey',
    arrange: () =>
      registry.trick(manifestPath, send(418, '{"errors":[{"code":"X","message":"\\u001b[2J\\u0007gone"}]}')),
    code: 'REGISTRY_REFUSED',
    says: /^image app: fetching the manifest 1: [\d.:]+ answers 418 \(X: +\[2J gone\)$/,
  },
  {
    name: 'an error without end',
    arrange: () => registry.trick(manifestPath, endless(0, 404)),
    limits: { registryAnswerBytes: 100_000 },
    code: 'IMAGE_NOT_FOUND',
  },
  {
    name: 'a wait that nobody would wait',
    arrange: () => registry.trick(manifestPath, send(429, '', { 'retry-after': '86400' })),
    code: 'REGISTRY_REFUSED',
    says: /answers 429/,
  },
  {
    name: 'no answer',
    arrange: () => registry.trick(manifestPath, () => undefined),
    code: 'IMAGE_UNREACHABLE',
    says: /does not answer in time/,
  },
  {
    name: 'a manifest a byte at a time',
    arrange: () => registry.trick(manifestPath, endless(5)),
    code: 'IMAGE_UNREACHABLE',
    says: /too slow/,
  },
  {
    name: 'a layer a byte at a time',
    arrange: () => registry.trick(blobOf(firstLayer), endless(5)),
    code: 'IMAGE_UNREACHABLE',
    says: /too slow/,
  },
  {
    name: 'headers without end',
    arrange: () =>
      registry.trick(manifestPath, (response) => {
        response.socket?.write(`HTTP/1.1 200 OK\r\nx: ${'a'.repeat(2 ** 20)}`);
      }),
    code: 'IMAGE_UNREACHABLE',
  },
  {
    name: 'no HTTP',
    arrange: () =>
      registry.trick(manifestPath, (response) => response.socket?.end('SSH-2.0-OpenSSH_9.2\r\n\r\n')),
    code: 'IMAGE_UNREACHABLE',
  },
  {
    name: 'nothing of that name',
    arrange: () => registry.trick(manifestPath, send(404, '')),
    code: 'IMAGE_NOT_FOUND',
  },
];

describe.each([
  ['content', contents],
  ['a manifest', manifests],
  ['an index', ofIndexes],
  ['manners', manners],
] as const)('a registry with bad %s', (_, attacks) => {
  test.each(attacks)(
    '$name: $code, and the store is untouched',
    async ({ arrange, code, says, reference, limits }) => {
      arrange();
      await expect(pull(reference, limits)).rejects.toMatchObject({
        code,
        message: expect.stringMatching(says ?? /./),
      });
      expectNothingKept();
    },
  );
});

describe('what passes', () => {
  test('a layer that breaks off goes on where it was', async () => {
    registry.trick(blobOf(secondLayer), breakOff(secondLayer, 1000), 1);
    registry.trick(blobOf(secondLayer), breakOff(secondLayer, 500), 1);
    expect((await pull()).layers).toHaveLength(2);
    const ranges = registry.asked(blobOf(secondLayer)).map(({ headers }) => headers.range);
    expect(ranges).toEqual([undefined, 'bytes=1000-', 'bytes=1500-']);
  });

  test('also where the registry knows no ranges', async () => {
    registry.trick(blobOf(secondLayer), breakOff(secondLayer, 1000), 1);
    registry.trick(blobOf(secondLayer), send(200, secondLayer));
    expect((await pull()).layers).toHaveLength(2);
  });

  test('a server that is overloaded for a while', async () => {
    registry.trick(/manifests\/1$/, send(503, ''), 1);
    registry.trick(/manifests\/1$/, send(429, '', { 'retry-after': '0' }), 1);
    registry.trick(blobOf(config), send(500, ''), 1);
    expect((await pull()).layers).toHaveLength(2);
    expect(registry.asked(/manifests\/1$/)).toHaveLength(3);
  });

  test('a redirect to another place, which gets no login', async () => {
    await using elsewhere = await HostileRegistry.start();
    elsewhere.files.set('/blob', { type: 'application/octet-stream', body: firstLayer });
    registry.trick(/\/token/, send(200, '{"token":"for the registry alone"}'.replaceAll(' ', '-')));
    const realm = `Bearer realm="http://${registry.host}/token",service="x"`;
    registry.trick(/manifests\/1$/, send(401, '', { 'www-authenticate': realm }), 1);
    registry.trick(blobOf(firstLayer), send(307, '', { location: `http://${elsewhere.host}/blob` }));
    await pull();
    const [asked] = registry.asked(blobOf(firstLayer));
    expect(asked?.headers.authorization).toBe('Bearer for-the-registry-alone');
    expect(elsewhere.seen.map(({ url, headers }) => [url, headers.authorization])).toEqual([
      ['/blob', undefined],
    ]);
  });

  test('who leaves is let go at once, and nothing is kept', async () => {
    const leaving = new AbortController();
    registry.trick(blobOf(secondLayer), () => leaving.abort(new Error('gone')));
    const provider = bench.provider();
    const source = { kind: 'registry', reference: `${registry.host}/app:1` } as const;
    await expect(bench.prepare(source, { provider, signal: leaving.signal })).rejects.toThrow('gone');
    expectNothingKept();
  });
});
