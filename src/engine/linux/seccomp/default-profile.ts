import type { JsonObject } from '../../../core/json.ts';
import { allowedCalls } from './allowed-calls.ts';

/**
 * What containers may ask of the kernel unless they are given a profile of their own; with the effect of Docker's default
 * (github.com/moby/profiles, seccomp/default.json, 2025), in the same format. What is not named fails with EPERM.
 */

const allow = 'SCMP_ACT_ALLOW';
const ENOSYS = 38;

/** AF_… of linux/socket.h: below 12 all, then one by one. Left out are AF_ALG, AF_VSOCK and families nobody uses any more. */
const socketFamiliesBelow = 12;
const socketFamilies = [
  13, 14, 15, 16, 17, 18, 21, 22, 24, 26, 27, 28, 29, 30, 31, 32, 33, 35, 36, 39, 41, 42, 43, 44, 45,
];

/** personality(2): PER_LINUX, PER_LINUX32, UNAME26 with either, and the question for the present one. */
const personalities = [0x0, 0x8, 0x2_0000, 0x2_0008, 0xffff_ffff];

/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET: none may be in clone(2)'s flags. */
const namespaceFlags = 0x7e02_0000;

/** What a capability makes usable. Without it these would mostly fail anyhow, but later, in code seldom tested. */
const byCapability: Readonly<Record<string, readonly string[]>> = {
  CAP_DAC_READ_SEARCH: ['open_by_handle_at'],
  CAP_SYS_ADMIN: [
    ...[
      'bpf',
      'clone',
      'clone3',
      'fanotify_init',
      'lookup_dcookie',
      'perf_event_open',
      'quotactl',
      'quotactl_fd',
      'syslog',
    ],
    ...[
      'fsconfig',
      'fsmount',
      'fsopen',
      'fspick',
      'mount',
      'mount_setattr',
      'move_mount',
      'open_tree',
      'umount',
      'umount2',
    ],
    ...['lsm_get_self_attr', 'lsm_list_modules', 'lsm_set_self_attr'],
    ...['setdomainname', 'sethostname', 'setns', 'unshare'],
  ],
  CAP_SYS_BOOT: ['reboot'],
  CAP_SYS_CHROOT: ['chroot'],
  CAP_SYS_MODULE: ['delete_module', 'init_module', 'finit_module'],
  CAP_SYS_PACCT: ['acct'],
  CAP_SYS_PTRACE: [
    'kcmp',
    'pidfd_getfd',
    'process_madvise',
    'process_vm_readv',
    'process_vm_writev',
    'ptrace',
  ],
  CAP_SYS_RAWIO: ['iopl', 'ioperm'],
  CAP_SYS_TIME: ['settimeofday', 'stime', 'clock_settime', 'clock_settime64'],
  CAP_SYS_TTY_CONFIG: ['vhangup'],
  CAP_SYS_NICE: ['get_mempolicy', 'mbind', 'set_mempolicy', 'set_mempolicy_home_node'],
  CAP_SYSLOG: ['syslog'],
  CAP_BPF: ['bpf'],
  CAP_PERFMON: ['perf_event_open'],
};

/**
 * Sending as somebody else: a socket bound to an address that is not the machine's. The kernel checks the sender of IPv4 packets all the same,
 * of IPv6 nobody's (tried on 6.18). In this Docker's default is more lenient.
 */
const foreignSenders = [
  { level: 0, option: 15 }, // SOL_IP, IP_FREEBIND: also of a socket of IPv6
  { level: 41, option: 78 }, // SOL_IPV6, IPV6_FREEBIND
];
const int = 0xffff_ffff;
/** Who may do so anyhow. */
const senders = ['CAP_NET_RAW', 'CAP_NET_ADMIN'];

/** Capabilities that make a difference to the default profile, without `CAP_`. */
export const decidingCapabilities: readonly string[] = [...Object.keys(byCapability), ...senders].map(
  (name) => name.slice('CAP_'.length),
);

const withoutSysAdmin = { caps: ['CAP_SYS_ADMIN'] };

export const defaultProfile: JsonObject = {
  defaultAction: 'SCMP_ACT_ERRNO',
  defaultErrnoRet: 1,
  archMap: [
    { architecture: 'SCMP_ARCH_X86_64', subArchitectures: ['SCMP_ARCH_X86', 'SCMP_ARCH_X32'] },
    { architecture: 'SCMP_ARCH_AARCH64', subArchitectures: ['SCMP_ARCH_ARM'] },
  ],
  syscalls: [
    ...foreignSenders.map(({ level, option }) => ({
      names: ['setsockopt'],
      action: 'SCMP_ACT_ERRNO',
      args: [
        { index: 1, value: int, valueTwo: level, op: 'SCMP_CMP_MASKED_EQ' },
        { index: 2, value: int, valueTwo: option, op: 'SCMP_CMP_MASKED_EQ' },
      ],
      excludes: { caps: senders },
    })),
    { names: Object.values(allowedCalls).flat(), action: allow },
    // Before 4.8 a tracer could slip past a filter.
    {
      names: ['process_vm_readv', 'process_vm_writev', 'ptrace'],
      action: allow,
      includes: { minKernel: '4.8' },
    },
    { names: ['socket'], action: allow, args: [{ index: 0, value: socketFamiliesBelow, op: 'SCMP_CMP_LT' }] },
    ...socketFamilies.map((value) => ({
      names: ['socket'],
      action: allow,
      args: [{ index: 0, value, op: 'SCMP_CMP_EQ' }],
    })),
    ...personalities.map((value) => ({
      names: ['personality'],
      action: allow,
      args: [{ index: 0, value, op: 'SCMP_CMP_EQ' }],
    })),
    { names: ['arch_prctl'], action: allow, includes: { arches: ['amd64', 'x32'] } },
    { names: ['modify_ldt'], action: allow, includes: { arches: ['amd64', 'x32', 'x86'] } },
    {
      names: [
        'arm_fadvise64_64',
        'arm_sync_file_range',
        'sync_file_range2',
        'breakpoint',
        'cacheflush',
        'set_tls',
      ],
      action: allow,
      includes: { arches: ['arm', 'arm64'] },
    },
    ...Object.entries(byCapability).map(([cap, names]) => ({
      names,
      action: allow,
      includes: { caps: [cap] },
    })),
    {
      names: ['clone'],
      action: allow,
      args: [{ index: 0, value: namespaceFlags, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }],
      excludes: withoutSysAdmin,
    },
    // Its flags are behind a pointer, where no filter can look; the C libraries fall back on clone.
    { names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: ENOSYS, excludes: withoutSysAdmin },
  ],
};
