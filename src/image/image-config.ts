import { emptyImageConfig, type ImageConfig, type ImageHealthcheck } from '../core/image.ts';
import { MayflyError } from '../core/mayfly-error.ts';
import { digestOf, parseDigest } from './digest.ts';
import type { ImagePlatform } from './image-platform.ts';
import { JsonReader } from './read-json.ts';

/** What an OCI or Docker image configuration says (image-spec config.md; moby image/spec/spec.md for Healthcheck and Shell). */
export interface ParsedConfig {
  readonly config: ImageConfig;
  readonly platform: ImagePlatform;
  /** RFC 3339, empty when unknown. */
  readonly createdAt: string;
  readonly diffIds: readonly string[];
}

export function parseConfig(bytes: Uint8Array): ParsedConfig {
  const json = JsonReader.parse(bytes, 'the image configuration');
  const variant = json.text('variant');
  return {
    config: toConfig(json.object('config')),
    platform: {
      os: json.text('os') ?? '',
      architecture: json.text('architecture') ?? '',
      ...(variant ? { variant } : {}),
    },
    createdAt: json.text('created') ?? '',
    diffIds: toDiffIds(json.object('rootfs')),
  };
}

function toDiffIds(rootfs: JsonReader | undefined): readonly string[] {
  const diffIds = rootfs?.texts('diff_ids');
  if (diffIds === undefined)
    throw new MayflyError('IMAGE_INVALID', 'the image configuration has no rootfs.diff_ids');
  return diffIds.map((diffId) => parseDigest(diffId, 'an entry of rootfs.diff_ids'));
}

function toConfig(json: JsonReader | undefined): ImageConfig {
  if (json === undefined) return emptyImageConfig;
  const healthcheck = toHealthcheck(json.object('Healthcheck'));
  return {
    entrypoint: json.texts('Entrypoint') ?? [],
    command: json.texts('Cmd') ?? [],
    environment: json.texts('Env') ?? [],
    user: json.text('User') ?? '',
    workingDir: json.text('WorkingDir') ?? '',
    exposedPorts: (json.object('ExposedPorts')?.keys() ?? []).map(withProtocol),
    volumes: json.object('Volumes')?.keys() ?? [],
    stopSignal: json.text('StopSignal') ?? '',
    shell: json.texts('Shell') ?? emptyImageConfig.shell,
    labels: json.textMap('Labels'),
    ...(healthcheck === undefined ? {} : { healthcheck }),
  };
}

function withProtocol(port: string): string {
  return port.includes('/') ? port : `${port}/tcp`;
}

/** Docker writes nanoseconds, and 0 for "the default". */
function toHealthcheck(json: JsonReader | undefined): ImageHealthcheck | undefined {
  const test = json?.texts('Test');
  if (json === undefined || test === undefined || test.length === 0) return undefined;
  const ms = (key: string): number | undefined => {
    const nanoseconds = json.number(key);
    return nanoseconds === undefined || nanoseconds <= 0 ? undefined : nanoseconds / 1e6;
  };
  const [intervalMs, timeoutMs] = [ms('Interval'), ms('Timeout')];
  const [startPeriodMs, startIntervalMs] = [ms('StartPeriod'), ms('StartInterval')];
  const retries = json.number('Retries');
  return {
    test,
    ...(intervalMs === undefined ? {} : { intervalMs }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(startPeriodMs === undefined ? {} : { startPeriodMs }),
    ...(startIntervalMs === undefined ? {} : { startIntervalMs }),
    ...(retries === undefined || retries <= 0 ? {} : { retries }),
  };
}

/** The configuration of an image that comes without one, so that it has an id like every other. */
export function renderConfig(
  config: ImageConfig,
  platform: ImagePlatform,
  diffIds: readonly string[],
): string {
  return JSON.stringify({
    architecture: platform.architecture,
    os: platform.os,
    config: {
      Entrypoint: config.entrypoint,
      Cmd: config.command,
      Env: config.environment,
      User: config.user,
      WorkingDir: config.workingDir,
      ExposedPorts: toSet(config.exposedPorts),
      Volumes: toSet(config.volumes),
      StopSignal: config.stopSignal,
      Shell: config.shell,
      Labels: config.labels,
      ...(config.healthcheck === undefined ? {} : { Healthcheck: renderHealthcheck(config.healthcheck) }),
    },
    rootfs: { type: 'layers', diff_ids: diffIds },
  });
}

function renderHealthcheck(check: ImageHealthcheck): object {
  const ns = (ms: number | undefined): number => Math.round((ms ?? 0) * 1e6);
  return {
    Test: check.test,
    Interval: ns(check.intervalMs),
    Timeout: ns(check.timeoutMs),
    StartPeriod: ns(check.startPeriodMs),
    ...(check.startIntervalMs === undefined ? {} : { StartInterval: ns(check.startIntervalMs) }),
    Retries: check.retries ?? 0,
  };
}

function toSet(names: readonly string[]): Readonly<Record<string, object>> {
  return Object.fromEntries(names.map((name) => [name, {}]));
}

/** As ENV in a Dockerfile: an added variable takes the place of one of the same name. */
function addEnvironment(own: readonly string[], added: readonly string[]): readonly string[] {
  const names = new Set(added.map((entry) => entry.split('=', 1)[0]));
  return [...own.filter((entry) => !names.has(entry.split('=', 1)[0])), ...added];
}

/** A scenario's own words replace the image's; an image that was changed so has an id of its own. */
export function applyOverrides(
  image: { readonly id: string; readonly config: ImageConfig },
  overrides: Partial<ImageConfig>,
  platform: ImagePlatform,
  diffIds: readonly string[],
): { readonly id: string; readonly config: ImageConfig } {
  const given = Object.entries(overrides).filter(([, value]) => value !== undefined);
  if (given.length === 0) return image;
  const config: ImageConfig = {
    ...image.config,
    ...Object.fromEntries(given),
    environment: addEnvironment(image.config.environment, overrides.environment ?? []),
    labels: { ...image.config.labels, ...overrides.labels },
  };
  return { id: digestOf(renderConfig(config, platform, diffIds)), config };
}
