import { describe, expect, test } from 'vitest';
import { defaultContainer } from '../../../src/core/container-defaults.ts';
import { emptyImageConfig, type Image, type ImageConfig } from '../../../src/core/image.ts';
import { MayflyError } from '../../../src/core/mayfly-error.ts';
import type { ContainerTemplate } from '../../../src/core/plan.ts';
import { anonymousVolumes, mergeImage } from '../../../src/scenario/plan/merge-image.ts';
import { canonicalSignal } from '../../../src/scenario/plan/signal-name.ts';

function imageOf(config: Partial<ImageConfig>): Image {
  const whole = { ...emptyImageConfig, command: ['cmd'], ...config };
  return {
    id: 'sha256:0',
    name: 'app',
    layers: [],
    config: whole,
    platform: 'linux/amd64',
    createdAt: '',
    sizeBytes: 0,
  };
}

function merged(template: Partial<ContainerTemplate>, config: Partial<ImageConfig> = {}) {
  return mergeImage({ ...defaultContainer('web'), ...template }, imageOf(config));
}

interface Case {
  readonly name: string;
  readonly template: Partial<ContainerTemplate>;
  readonly config: Partial<ImageConfig>;
  readonly argv: readonly string[];
}

const commands: readonly Case[] = [
  { name: 'the image’s own', template: {}, config: { entrypoint: ['e'], command: ['c'] }, argv: ['e', 'c'] },
  {
    name: 'a command replaces CMD',
    template: { command: ['x'] },
    config: { entrypoint: ['e'], command: ['c'] },
    argv: ['e', 'x'],
  },
  {
    name: 'an entrypoint clears CMD',
    template: { entrypoint: ['x'] },
    config: { entrypoint: ['e'], command: ['c'] },
    argv: ['x'],
  },
  {
    name: 'both replace both',
    template: { entrypoint: ['x'], command: ['y'] },
    config: { entrypoint: ['e'], command: ['c'] },
    argv: ['x', 'y'],
  },
  {
    name: 'an empty entrypoint keeps CMD',
    template: { entrypoint: [] },
    config: { entrypoint: ['e'], command: ['c'] },
    argv: ['c'],
  },
  {
    name: 'an empty command clears CMD',
    template: { command: [] },
    config: { entrypoint: ['e'], command: ['c'] },
    argv: ['e'],
  },
];

describe('R14 an image’s defaults under the service’s words', () => {
  test.each(commands)('R14 $name', ({ template, config, argv }) => {
    expect(merged(template, config).process.argv).toEqual(argv);
  });

  test('R14 nothing to run is an error', () => {
    expect(() => merged({}, { command: [] })).toThrow(MayflyError);
    expect(() => merged({ entrypoint: [], command: [] }, { entrypoint: ['e'] })).toThrow(
      'nothing to run in `web`',
    );
  });

  test('R14 variables of the image, then those of the service; null removes; PATH is there', () => {
    const environment = { B: '2', A: null, C: '3' };
    expect(merged({ environment }, { environment: ['A=1', 'B=1', 'D=x=y'] }).process.environment).toEqual([
      'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      'B=2',
      'D=x=y',
      'C=3',
    ]);
    expect(merged({}, { environment: ['PATH=/bin'] }).process.environment).toEqual(['PATH=/bin']);
    expect(merged({ environment: { PATH: null } }).process.environment).toEqual([]);
  });

  test('R14 a terminal has TERM', () => {
    const { process } = defaultContainer('web');
    expect(merged({ process: { ...process, tty: true } }).process.environment).toContain('TERM=xterm');
  });

  test('R14 user, working directory, stop signal, labels', () => {
    const config = { user: 'app', workingDir: '/srv', stopSignal: '3', labels: { a: '1', b: '1' } };
    expect(merged({ labels: { b: '2' } }, config)).toMatchObject({
      process: { user: 'app', workingDir: '/srv' },
      stopSignal: 'SIGQUIT',
      labels: { a: '1', b: '2' },
    });
    expect(merged({ user: '0', workingDir: '/', stopSignal: 'SIGINT' }, config)).toMatchObject({
      process: { user: '0', workingDir: '/' },
      stopSignal: 'SIGINT',
    });
    expect(merged({})).toMatchObject({ process: { user: '', workingDir: '/' }, stopSignal: 'SIGTERM' });
  });

  test('R14 a volume of the image is one of this container alone, unless something is mounted there', () => {
    const spec = merged(
      { mounts: [{ kind: 'tmpfs', target: '/b', readOnly: false }] },
      { volumes: ['/a', '/b/', '/a/', '/c'] },
    );
    expect(spec.mounts.slice(1)).toEqual([
      { kind: 'volume', volume: '_web_0', target: '/a', readOnly: false, copyImageContent: true },
      { kind: 'volume', volume: '_web_1', target: '/c', readOnly: false, copyImageContent: true },
    ]);
    expect(anonymousVolumes(spec)).toEqual([{ name: '_web_0' }, { name: '_web_1' }]);
  });

  test('R14 nothing of the template is left in the specification', () => {
    const spec = merged({
      entrypoint: ['x'],
      user: 'u',
      workingDir: '/w',
      readOnlyRoot: true,
      writableBytes: 5,
    });
    expect(spec.rootfs).toEqual({ layers: [], readOnly: true, writableBytes: 5 });
    for (const key of ['entrypoint', 'command', 'environment', 'workingDir', 'user', 'readOnlyRoot']) {
      expect(spec).not.toHaveProperty(key);
    }
  });
});

test.each([
  ['term', 'SIGTERM'],
  ['SIGHUP', 'SIGHUP'],
  ['9', 'SIGKILL'],
  ['SIGRTMIN+3', 'SIGRTMIN+3'],
  ['37', 'SIGRTMIN+3'],
  ['rtmin', 'SIGRTMIN'],
  ['0', ''],
  ['32', ''],
  ['65', ''],
  ['SIGRTMIN+31', ''],
  ['constructor', ''],
])('R13 signal %s', (text, name) => {
  expect(canonicalSignal(text)).toBe(name);
});
