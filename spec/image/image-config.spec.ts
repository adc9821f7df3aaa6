import { expect, test } from 'vitest';
import { emptyImageConfig } from '../../src/core/image.ts';
import { applyOverrides, parseConfig, renderConfig } from '../../src/image/image-config.ts';
import { normalizeReference, referenceMatches } from '../../src/image/oci/reference-names.ts';

const rootfs = { type: 'layers', diff_ids: [`sha256:${'a'.repeat(64)}`] };
const parse = (config: unknown, more: object = {}) =>
  parseConfig(Buffer.from(JSON.stringify({ os: 'linux', architecture: 'amd64', rootfs, config, ...more })));

test('R14 everything an image says about starting it', () => {
  const { config } = parse({
    Entrypoint: ['/entry'],
    Cmd: ['a', 'b'],
    Env: ['PATH=/bin', 'EMPTY='],
    User: '1000:app',
    WorkingDir: '/srv',
    ExposedPorts: { '8080/tcp': {}, '53/udp': {}, '9000': {} },
    Volumes: { '/data': {} },
    StopSignal: 'SIGQUIT',
    Shell: ['/bin/bash', '-c'],
    Labels: { a: 'b' },
    Healthcheck: {
      Test: ['CMD-SHELL', 'true'],
      Interval: 1_500_000_000,
      Timeout: 0,
      StartPeriod: 2_000_000,
      Retries: 3,
    },
  });
  expect(config).toEqual({
    entrypoint: ['/entry'],
    command: ['a', 'b'],
    environment: ['PATH=/bin', 'EMPTY='],
    user: '1000:app',
    workingDir: '/srv',
    exposedPorts: expect.arrayContaining(['8080/tcp', '53/udp', '9000/tcp']),
    volumes: ['/data'],
    stopSignal: 'SIGQUIT',
    shell: ['/bin/bash', '-c'],
    labels: { a: 'b' },
    healthcheck: { test: ['CMD-SHELL', 'true'], intervalMs: 1500, startPeriodMs: 2, retries: 3 },
  });
});

test.each([
  { config: undefined },
  { config: null },
  { config: {} },
  { config: { Entrypoint: null, Cmd: null, Env: null, Volumes: null, Healthcheck: null, Labels: null } },
])('R14 what is not there is empty: $config', ({ config }) => {
  expect(parse(config).config).toEqual(emptyImageConfig);
});

test.each([
  { config: { Cmd: 'sh' }, says: 'Cmd is not a list of texts' },
  { config: { Env: [1] }, says: 'Env is not a list of texts' },
  { config: { Volumes: ['/x'] }, says: 'Volumes is not an object' },
  { config: { User: 5 }, says: 'User is not a text' },
  { config: [], says: 'config is not an object' },
])('a wrong type is named: $says', ({ config, says }) => {
  expect(() => parse(config)).toThrow(says);
});

test('a DiffID that is no digest is refused', () => {
  expect(() => parse({}, { rootfs: { diff_ids: ['../../x'] } })).toThrow(/sha256 digest/);
  expect(() => parse({}, { rootfs: undefined })).toThrow(/diff_ids/);
});

test('a configuration of ours reads back as it was', () => {
  const config = {
    ...emptyImageConfig,
    command: ['x'],
    volumes: ['/v'],
    exposedPorts: ['1/tcp'],
    healthcheck: { test: ['NONE'], intervalMs: 1.5 },
  };
  const platform = { os: 'linux', architecture: 'arm64' };
  expect(parseConfig(Buffer.from(renderConfig(config, platform, rootfs.diff_ids)))).toMatchObject({
    config,
    platform,
    diffIds: rootfs.diff_ids,
  });
});

test('variables and labels are added to the image, other fields replaced', () => {
  const config = { ...emptyImageConfig, environment: ['A=1', 'B=2'], labels: { a: '1' }, command: ['old'] };
  const overrides = { environment: ['B=3', 'C=4'], labels: { b: '2' }, command: ['new'] };
  const changed = applyOverrides(
    { id: 'sha256:x', config },
    overrides,
    { os: 'linux', architecture: 'amd64' },
    [],
  );
  expect(changed.config).toMatchObject({
    environment: ['A=1', 'B=3', 'C=4'],
    labels: { a: '1', b: '2' },
    command: ['new'],
  });
});

test('an override that is undefined changes nothing', () => {
  const image = { id: 'sha256:x', config: emptyImageConfig };
  expect(
    applyOverrides(image, { ...{ user: undefined } } as object, { os: 'linux', architecture: 'amd64' }, []),
  ).toBe(image);
});

test.each([
  ['alpine', 'alpine:latest'],
  ['docker.io/library/alpine:3', 'alpine:3'],
  ['localhost:5000/x', 'localhost:5000/x:latest'],
  [`x@sha256:${'0'.repeat(64)}`, `x@sha256:${'0'.repeat(64)}`],
])('%s is %s', (reference, normal) => {
  expect(normalizeReference(reference)).toBe(normal);
});

test('a digest in a reference decides alone', () => {
  const digest = `sha256:${'0'.repeat(64)}`;
  expect(referenceMatches(`other@${digest}`, ['app:1'], digest)).toBe(true);
  expect(referenceMatches(`app@${digest}`, ['app:1'], `sha256:${'1'.repeat(64)}`)).toBe(false);
});
