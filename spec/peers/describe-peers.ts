import { existsSync } from 'node:fs';
import { describeUnlessMissing, describeWithPrograms } from '../requires.ts';

/** What is recorded of others was seen as root, with control groups of version 1. */
export function describePeers(name: string, body: () => void): void {
  const missing = [
    ...(process.getuid?.() === 0 ? [] : ['root']),
    ...(existsSync('/sys/fs/cgroup/devices') ? [] : ['cgroup-v1']),
  ];
  if (missing.length > 0) describeUnlessMissing(missing, name, body);
  else describeWithPrograms(['crun', 'podman', 'dockerd', 'docker', 'iptables'], ['launcher'], name, body);
}
