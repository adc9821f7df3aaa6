import { expect, test } from 'vitest';
import type { Json } from '../../../../src/core/json.ts';
import { planOf, problemsOf } from '../scenario-builder.ts';

function requestOf(image: Json): object | undefined {
  return planOf({ images: { x: image }, services: { a: { image: 'x' } } }).images[0];
}

const sources: readonly (readonly [Json, object])[] = [
  [
    { host: ['sh', './bin/tool'] },
    { source: { kind: 'host', programs: ['sh', '/work/scenarios/bin/tool'], files: [] } },
  ],
  [
    { host: { programs: ['node'], files: ['/usr/share/zoneinfo'] } },
    { source: { kind: 'host', programs: ['node'], files: ['/usr/share/zoneinfo'] } },
  ],
  [{ rootfs: './r.tar' }, { source: { kind: 'rootfs', path: '/work/scenarios/r.tar' } }],
  [{ rootfs: '/srv/r' }, { source: { kind: 'rootfs', path: '/srv/r' } }],
  [
    { archive: { path: '../a.tar', reference: 'app:1' } },
    { source: { kind: 'archive', path: '/work/a.tar', reference: 'app:1' } },
  ],
  [{ oci: 'app' }, { source: { kind: 'oci', path: '/work/scenarios/app' } }],
  [{ registry: 'example.org/app:1' }, { source: { kind: 'registry', reference: 'example.org/app:1' } }],
  ['example.org/app:1', { source: { kind: 'registry', reference: 'example.org/app:1' } }],
  [
    {
      host: ['sh'],
      config: {
        command: 'sh -c true',
        environment: ['A=1'],
        user: 5,
        expose: [80, '53/udp'],
        labels: { a: 1 },
        stop_signal: 'INT',
      },
    },
    {
      configOverrides: {
        command: ['sh', '-c', 'true'],
        environment: ['A=1'],
        user: '5',
        exposedPorts: ['80/tcp', '53/udp'],
        labels: { a: '1' },
        stopSignal: 'SIGINT',
      },
    },
  ],
];

test.each(sources)('R9 image %j', (image, request) => {
  expect(requestOf(image)).toMatchObject({ name: 'x', ...request });
});

test('R9 a declared name wins over a reference, and other references are looked up', () => {
  const plan = planOf({
    images: { 'team/app': { host: ['sh'] } },
    services: { a: { image: 'team/app' }, b: { image: 'team/other:2' } },
  });
  expect(plan.images.map((image) => [image.name, image.source.kind])).toEqual([
    ['team/app', 'host'],
    ['team/other:2', 'registry'],
  ]);
});

test('R9 only images that something uses are asked for, each once', () => {
  const document = {
    images: { used: { host: ['sh'] }, unused: { host: ['cat'] } },
    services: { a: { image: 'used' } },
    steps: [
      { image: 'used', run: 'true' },
      { image: 'example.org/x:1', run: 'true' },
    ],
  };
  expect(planOf(document).images.map((image) => image.name)).toEqual(['used', 'example.org/x:1']);
});

test('R9 images that are built: in `images`, and of services', () => {
  const document = {
    images: {
      app: {
        build: { context: 'app', args: { A: 1 }, additional_contexts: ['base=image:tools', 'docs=../docs'] },
      },
      tools: { host: ['sh'] },
    },
    services: {
      a: { image: 'app' },
      b: { build: './b' },
      c: { build: { dockerfile_inline: 'FROM scratch', network: 'default' }, image: 'named' },
    },
  };
  expect(planOf(document).images.map(({ name, source }) => [name, source])).toEqual([
    [
      'app',
      {
        kind: 'build',
        options: {
          context: '/work/scenarios/app',
          args: { A: '1' },
          additional_contexts: { base: { kind: 'host', programs: ['sh'], files: [] }, docs: '/work/docs' },
        },
      },
    ],
    ['b', { kind: 'build', options: { context: '/work/scenarios/b' } }],
    [
      'named',
      {
        kind: 'build',
        options: { context: '/work/scenarios', dockerfile_inline: 'FROM scratch', network: 'default' },
      },
    ],
  ]);
});

test('R9 a bare unknown word is an error that proposes both', () => {
  expect(problemsOf({ services: { a: { image: 'redis' } } })).toEqual([
    'SCENARIO_UNDECLARED at /services/a/image: image `redis` is not declared',
  ]);
});

const mistakes: readonly (readonly [Json, string])[] = [
  [{ host: ['sh'], oci: 'x' }, 'SCENARIO_CONFLICT at /images/x: image `x` has several sources: host, oci'],
  [{ host: [] }, 'SCENARIO_MISSING_KEY at /images/x/host: `host` names no program'],
  [
    { build: { dockerfile: 'D', dockerfile_inline: 'FROM scratch' } },
    'SCENARIO_CONFLICT at /images/x/build: `dockerfile` and `dockerfile_inline` are both given',
  ],
  [
    { build: { args: ['A'] } },
    'SCENARIO_WRONG_VALUE at /images/x/build/args: the build argument `A` has no value',
  ],
  [
    { build: { additional_contexts: { base: 'image:x' } } },
    'SCENARIO_UNDECLARED at /images/x/build/additional_contexts: image `x` is not declared, or cannot be built on',
  ],
  ['Not/Valid', 'IMAGE_REFERENCE_INVALID at /images/x: `Not/Valid` is no image reference'],
];

test.each(mistakes)('R9 an image that cannot be: %j', (image, problem) => {
  expect(problemsOf({ images: { x: image } })).toEqual([problem]);
});
