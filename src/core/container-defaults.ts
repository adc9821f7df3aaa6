import type { ContainerTemplate } from './plan.ts';

/** Docker's default set (moby, oci/caps/defaults.go) without NET_RAW, so that no address can be forged. */
export const defaultCapabilities: readonly string[] = [
  'CHOWN',
  'DAC_OVERRIDE',
  'FSETID',
  'FOWNER',
  'MKNOD',
  'SETGID',
  'SETUID',
  'SETFCAP',
  'SETPCAP',
  'NET_BIND_SERVICE',
  'SYS_CHROOT',
  'KILL',
  'AUDIT_WRITE',
];

/** Read as empty (fs.masked-paths; moby, oci/defaults.go). */
const maskedPaths: readonly string[] = [
  '/proc/acpi',
  '/proc/asound',
  '/proc/interrupts',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/sys/devices/virtual/powercap',
  '/sys/firmware',
];

/** Refuse writes (fs.readonly-paths). */
const readonlyPaths: readonly string[] = [
  '/proc/bus',
  '/proc/fs',
  '/proc/irq',
  '/proc/sys',
  '/proc/sysrq-trigger',
];

/** A container of which only the name is known: no network, no mounts, no limits but the ones everything has. */
export function defaultContainer(name: string): ContainerTemplate {
  return {
    name,
    hostname: name,
    domainname: '',
    readOnlyRoot: false,
    environment: {},
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
    stopGraceMs: 10_000,
    maskedPaths,
    readonlyPaths,
    labels: {},
    annotations: {},
    process: {
      groupAdd: [],
      tty: false,
      stdin: false,
      capabilities: defaultCapabilities,
      noNewPrivileges: true,
      seccomp: { kind: 'default' },
      // core_pattern's handler would run on the host (kernel-notes, "Security traps").
      rlimits: [{ name: 'core', soft: 0, hard: 0 }],
      oomScoreAdj: 0,
    },
  };
}
