import { sha256 } from '../image-fixtures.ts';
import { type Attack, describeAttacks, manifest, manifestType, secondLayer } from './hostile-kit.ts';
import { send } from './hostile-registry.ts';

const indexType = 'application/vnd.oci.image.index.v1+json';
const json = (value: object, type: string) => send(200, JSON.stringify(value), { 'content-type': type });
const descriptor = (mediaType: string, sizeBytes: number) => ({
  mediaType,
  digest: `sha256:${'2'.repeat(64)}`,
  size: sizeBytes,
});
const configDescriptor = manifest.config;

const manifests: readonly Attack[] = (
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
  arrange: (registry) =>
    registry.trick(
      /manifests\/1$/,
      send(200, typeof value === 'string' ? value : JSON.stringify(value), { 'content-type': manifestType }),
    ),
  code,
}));

const ofIndexes: readonly Attack[] = [
  {
    name: 'an index in an index in an index …',
    arrange: (registry) => {
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
    arrange: (registry) => {
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
    arrange: (registry) => {
      const platform = { os: 'linux', architecture: 's390x' };
      const entry = { ...descriptor(manifestType, 9), platform };
      registry.trick(/manifests\/1$/, json({ schemaVersion: 2, manifests: [entry] }, indexType));
    },
    code: 'IMAGE_PLATFORM',
  },
  {
    name: 'an empty index',
    arrange: (registry) =>
      registry.trick(/manifests\/1$/, json({ schemaVersion: 2, manifests: [] }, indexType)),
    code: 'IMAGE_PLATFORM',
  },
  {
    name: 'an index of giants',
    arrange: (registry) => {
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

describeAttacks('a registry with bad manifests', manifests);
describeAttacks('a registry with bad indexes', ofIndexes);
