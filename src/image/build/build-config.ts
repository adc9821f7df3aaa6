import type { ImageConfig } from '../../core/image.ts';

/** The configuration of an image while it is built: ImageConfig, and what only builders know. */
export interface BuildConfig extends Omit<ImageConfig, 'shell'> {
  /** Undefined: the default. */
  readonly shell: readonly string[] | undefined;
  /** Instructions for who builds on this image. */
  readonly onBuild: readonly string[];
}

export interface HistoryEntry {
  readonly created: string;
  readonly created_by: string;
  readonly comment: string;
  readonly empty_layer?: true;
}

export const emptyBuildConfig: BuildConfig = {
  entrypoint: [],
  command: [],
  environment: [],
  user: '',
  workingDir: '',
  exposedPorts: [],
  volumes: [],
  stopSignal: '',
  shell: undefined,
  labels: {},
  onBuild: [],
};

export const defaultShell: readonly string[] = ['/bin/sh', '-c'];

/** What every container has that is told nothing else (moby, daemon/oci; BuildKit, system.DefaultPathEnv). */
export const defaultPath = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
