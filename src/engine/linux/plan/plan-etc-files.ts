import type { ContainerSpec } from '../../../core/container.ts';
import type { PrivateFile } from './private-file.ts';
import { renderHosts } from './render-hosts.ts';
import { renderResolvConf } from './render-resolv-conf.ts';

/** The files in /etc that tell of the container's place, as Docker binds them; a mount of the user's own wins. */
export function planEtcFiles(spec: ContainerSpec, addresses: readonly string[]): readonly PrivateFile[] {
  const { hostname, domainname, extraHosts } = spec;
  const contents: readonly (readonly [target: string, content: string])[] = [
    ['/etc/hosts', renderHosts({ hostname, domainname, addresses, extraHosts })],
    ['/etc/resolv.conf', renderResolvConf(spec.network.kind !== 'none')],
    ['/etc/hostname', `${hostname}\n`],
  ];
  const taken = new Set(spec.mounts.map((mount) => mount.target));
  return contents
    .filter(([target]) => !taken.has(target))
    .map(([target, content]) => ({
      target,
      content,
      mode: 0o644,
      uid: 0,
      gid: 0,
      readOnly: spec.rootfs.readOnly,
    }));
}
