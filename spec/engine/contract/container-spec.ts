import type { ContainerSpec, NetworkAttachment, ProcessSpec } from '../../../src/core/container.ts';
import type { Image } from '../../../src/core/image.ts';

/** Docker's default set without NET_RAW (issue 3). */
const capabilities = [
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
];

export function processSpec(argv: readonly string[], change: Partial<ProcessSpec> = {}): ProcessSpec {
  return {
    argv,
    environment: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
    workingDir: '/',
    user: '',
    groupAdd: [],
    tty: false,
    stdin: false,
    capabilities,
    noNewPrivileges: true,
    seccomp: { kind: 'default' },
    rlimits: [],
    oomScoreAdj: 0,
    ...change,
  };
}

export function containerSpec(
  image: Image,
  name: string,
  argv: readonly string[],
  change: Partial<ContainerSpec> = {},
): ContainerSpec {
  return {
    name,
    hostname: name,
    domainname: '',
    rootfs: { layers: image.layers, readOnly: false },
    process: processSpec(argv),
    init: true,
    mounts: [],
    network: { kind: 'none' },
    ports: [],
    limits: {},
    sysctls: {},
    devices: [],
    extraHosts: [],
    dns: [],
    shmBytes: 64 * 2 ** 20,
    stopSignal: 'SIGTERM',
    stopGraceMs: 10_000,
    maskedPaths: [],
    readonlyPaths: [],
    labels: {},
    annotations: {},
    ...change,
  };
}

export function on(...networks: readonly (string | NetworkAttachment)[]): Pick<ContainerSpec, 'network'> {
  const attachments = networks.map((entry) =>
    typeof entry === 'string' ? { network: entry, aliases: [] } : entry,
  );
  return { network: { kind: 'attached', attachments } };
}
