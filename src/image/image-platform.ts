import { MayflyError } from '../core/mayfly-error.ts';

export interface ImagePlatform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
}

/** This machine's, in OCI's words (Go's GOARCH), from Node's `process.arch`. */
export function hostPlatform(nodeArch: string): ImagePlatform {
  if (nodeArch === 'x64') return { os: 'linux', architecture: 'amd64' };
  if (nodeArch === 'arm64') return { os: 'linux', architecture: 'arm64' };
  throw new MayflyError('IMAGE_PLATFORM', `images run on x64 and arm64, not on ${nodeArch}`);
}

export function renderPlatform(platform: ImagePlatform): string {
  const base = `${platform.os}/${platform.architecture}`;
  return platform.variant === undefined ? base : `${base}/${platform.variant}`;
}

export function platformMatches(offered: ImagePlatform, wanted: ImagePlatform): boolean {
  return offered.os === wanted.os && offered.architecture === wanted.architecture;
}

/** The same of one that was rendered. */
export function renderedPlatformMatches(rendered: string, wanted: ImagePlatform): boolean {
  const [os = '', architecture = ''] = rendered.split('/');
  return platformMatches({ os, architecture }, wanted);
}

export function checkPlatform(offered: ImagePlatform, wanted: ImagePlatform): void {
  if (platformMatches(offered, wanted)) return;
  throw new MayflyError(
    'IMAGE_PLATFORM',
    `it is for ${renderPlatform(offered)}, this machine is ${renderPlatform(wanted)}`,
  );
}

/** `linux/arm64` or `linux/arm/v7`, as a person writes it. */
export function parsePlatform(text: string): ImagePlatform {
  const [, os, architecture, variant] = /^([a-z0-9]+)\/([a-z0-9_]+)(?:\/([a-z0-9]+))?$/.exec(text) ?? [];
  if (os !== undefined && architecture !== undefined)
    return { os, architecture, ...(variant === undefined ? {} : { variant }) };
  throw new MayflyError('CLI_USAGE', `${JSON.stringify(text)} is no platform`, {
    hint: 'write OS/ARCHITECTURE, such as linux/arm64',
  });
}
