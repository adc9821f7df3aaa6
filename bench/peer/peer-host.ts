import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { findProgram } from '../find-program.ts';

/**
 * Where peers run that would not run here or would leave something behind: a mount namespace without the hybrid layout's
 * `unified` directory, which crun and podman refuse, and a network namespace for what podman configures for good
 * (iptables chains, bridges, ip_forward).
 */
export interface PeerHost extends Disposable {
  /** In front of a command: only the mounts are the peers' own. About 1 ms of nsenter is in their figures. */
  readonly enterMounts: readonly string[];
  readonly enterAll: readonly string[];
}

const script =
  'umount /sys/fs/cgroup/unified 2>/dev/null; ip link set lo up 2>/dev/null; echo ready; exec sleep infinity';

export async function openPeerHost(): Promise<PeerHost> {
  const nsenter = findProgram('nsenter');
  if (nsenter === undefined || process.getuid?.() !== 0) {
    return { enterMounts: [], enterAll: [], [Symbol.dispose]: () => {} };
  }
  const holder = spawn('unshare', ['--mount', '--net', '--propagation', 'private', 'sh', '-c', script], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await once(holder.stdout, 'data');
  const namespaces = `/proc/${holder.pid}/ns`;
  const isHybrid = readFileSync('/proc/self/mountinfo', 'utf8').includes(' /sys/fs/cgroup/unified ');
  return {
    enterMounts: isHybrid ? [nsenter, `--mount=${namespaces}/mnt`] : [],
    enterAll: [nsenter, `--mount=${namespaces}/mnt`, `--net=${namespaces}/net`],
    [Symbol.dispose]: () => holder.kill('SIGKILL'),
  };
}
