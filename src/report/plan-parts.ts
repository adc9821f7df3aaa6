import type { NetworkSpec, VolumeSpec } from '../core/container.ts';
import type { ImageSource } from '../core/image.ts';
import { renderSize } from '../core/units.ts';

/** Where an image comes from, in a few words. */
export function renderImageSource(source: ImageSource): string {
  switch (source.kind) {
    case 'host':
      return `host: ${[...source.programs, ...source.files].join(', ')}`;
    case 'rootfs':
      return `rootfs: ${source.path}`;
    case 'archive':
    case 'oci':
      return `${source.kind}: ${source.path}${source.reference === undefined ? '' : ` (${source.reference})`}`;
    case 'registry':
      return source.reference;
    case 'build':
      return `build: ${String(source.options.context)}`;
    case 'debian':
      return `${source.kind}: ${JSON.stringify(source.options)}`;
  }
}

export function renderNetwork(network: NetworkSpec): string {
  const subnets = [network.subnet4, network.subnet6].filter((subnet) => subnet !== undefined);
  return [network.egress ? 'with egress' : 'sealed', ...subnets].join(', ');
}

export function renderVolume(volume: VolumeSpec): string {
  return volume.sizeBytes === undefined ? '' : `at most ${renderSize(volume.sizeBytes)}`;
}
