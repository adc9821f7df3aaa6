import type { HostReport } from '../../core/host-feature.ts';
import type { LinuxEngineOptions } from './engine-options.ts';
import type { Host } from './host.ts';

export async function probeHost(_host: Host, options: LinuxEngineOptions): Promise<HostReport> {
  return { user: options.user.uid === 0 ? 'root' : 'subids', features: [] };
}
