import type { ImageHealthcheck } from '../../core/image.ts';
import type { ImagePlatform } from '../image-platform.ts';
import type { BuildConfig, HistoryEntry } from './build-config.ts';

export interface RenderedImage {
  readonly config: BuildConfig;
  readonly platform: ImagePlatform;
  readonly diffIds: readonly string[];
  readonly history: readonly HistoryEntry[];
  readonly created: string;
}

/** An image configuration (image-spec, config.md) in one order of keys: equal images have equal bytes. Empty fields are left out. */
export function renderBuildConfig({ config, platform, diffIds, history, created }: RenderedImage): string {
  const lists = {
    Env: config.environment,
    Entrypoint: config.entrypoint,
    Cmd: config.command,
  };
  return JSON.stringify({
    architecture: platform.architecture,
    ...(platform.variant === undefined ? {} : { variant: platform.variant }),
    os: platform.os,
    created,
    config: {
      ...(config.user === '' ? {} : { User: config.user }),
      ...optionalSet('ExposedPorts', config.exposedPorts),
      ...Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0)),
      ...optionalSet('Volumes', config.volumes),
      ...(config.workingDir === '' ? {} : { WorkingDir: config.workingDir }),
      ...(config.onBuild.length === 0 ? {} : { OnBuild: config.onBuild }),
      ...(Object.keys(config.labels).length === 0 ? {} : { Labels: sortKeys(config.labels) }),
      ...(config.stopSignal === '' ? {} : { StopSignal: config.stopSignal }),
      ...(config.shell === undefined ? {} : { Shell: config.shell }),
      ...(config.healthcheck === undefined ? {} : { Healthcheck: renderHealthcheck(config.healthcheck) }),
    },
    rootfs: { type: 'layers', diff_ids: diffIds },
    history,
  });
}

function optionalSet(key: string, names: readonly string[]): Readonly<Record<string, object>> {
  if (names.length === 0) return {};
  return { [key]: Object.fromEntries(names.toSorted().map((name) => [name, {}])) };
}

function sortKeys(map: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function renderHealthcheck(check: ImageHealthcheck): object {
  const ns = (key: string, ms: number | undefined): object => (ms ? { [key]: Math.round(ms * 1e6) } : {});
  return {
    Test: check.test,
    ...ns('Interval', check.intervalMs),
    ...ns('Timeout', check.timeoutMs),
    ...ns('StartPeriod', check.startPeriodMs),
    ...ns('StartInterval', check.startIntervalMs),
    ...(check.retries ? { Retries: check.retries } : {}),
  };
}
