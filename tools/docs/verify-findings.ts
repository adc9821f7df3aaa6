import type { CheckResult } from '../../src/core/check-result.ts';

/** Containers of others, and one of Mayfly's own, as spec/peers/findings.linux.spec.ts starts them. */
export const peers = {
  crun: 'a bundle of `crun spec`',
  podman: '`podman run`',
  docker: '`docker run`',
  hardened:
    '`podman run --uidmap=0:100000:65536 --cap-drop=all --security-opt=no-new-privileges --cgroupns=private --network=none`',
  mayfly: 'a service of a scenario on a network of its own',
} as const;

export type Peer = keyof typeof peers;

export interface Finding {
  readonly check: string;
  /** What came of it; not there: it passed. */
  readonly results: Readonly<Partial<Record<Peer, CheckResult>>>;
  readonly why: string;
}

const all = (result: CheckResult): Finding['results'] => ({
  crun: result,
  podman: result,
  docker: result,
  hardened: result,
  mayfly: result,
});

/** Every check of `standard` that did not pass. */
export const findings: readonly Finding[] = [
  {
    check: 'ns.user',
    results: { crun: 'fail', podman: 'fail', docker: 'fail' },
    why: 'started by root, none makes a user namespace unless it is told to',
  },
  {
    check: 'ns.cgroup',
    results: { crun: 'fail', podman: 'fail', docker: 'fail' },
    why: 'with control groups of version 1 the host’s are shown',
  },
  {
    check: 'user.root-not-host-root',
    results: { crun: 'fail', podman: 'fail', docker: 'fail' },
    why: 'root of a default container is root of the host',
  },
  {
    check: 'user.ranges',
    results: { crun: 'fail', podman: 'fail', docker: 'fail' },
    why: 'all have the users of the host',
  },
  {
    check: 'user.no-nested-userns',
    results: {
      crun: 'fail',
      podman: 'unsupported',
      docker: 'unsupported',
      hardened: 'unsupported',
      mayfly: 'unsupported',
    },
    why: 'crun has no filter by default; under that of the others nothing of ours can be',
  },
  {
    check: 'priv.no-new-privs',
    results: { podman: 'fail', docker: 'fail' },
    why: 'not by default: `--security-opt=no-new-privileges`',
  },
  {
    check: 'priv.setuid-inert',
    results: { podman: 'inconclusive', docker: 'inconclusive' },
    why: 'not tried, for it would take a set-user-ID program in the container',
  },
  { check: 'seccomp.mode', results: { crun: 'fail' }, why: 'the configuration of `crun spec` has no filter' },
  {
    check: 'seccomp.denied',
    results: {
      crun: 'fail',
      podman: 'unsupported',
      docker: 'unsupported',
      hardened: 'unsupported',
      mayfly: 'unsupported',
    },
    why: 'there is a filter, and nothing of ours can be under it',
  },
  {
    check: 'keyring.isolated',
    results: all('unsupported'),
    why: 'a session keyring is shown to its own process only',
  },
  {
    check: 'fs.mount-flags',
    results: { crun: 'fail', podman: 'fail', docker: 'fail', hardened: 'fail' },
    why: 'the tmpfs at /sys/fs/cgroup is not read-only; crun also has /proc without nosuid, nodev, noexec',
  },
  {
    check: 'fs.propagation-private',
    results: { docker: 'fail' },
    why: 'the root is a slave of the host’s mount: mounts below it outside appear inside',
  },
  {
    check: 'fs.no-host-paths',
    results: { podman: 'fail', docker: 'fail', hardened: 'fail' },
    why: 'options of the overlay name the storage of the host, readable inside',
  },
  {
    check: 'fs.masked-paths',
    results: { crun: 'fail', podman: 'fail', docker: 'fail', hardened: 'fail' },
    why: '/proc/interrupts can be read: these versions do not mask it',
  },
  {
    check: 'net.no-host',
    results: { podman: 'fail', docker: 'fail' },
    why: 'the bridge has an address of the host, and through it all others of the host answer',
  },
  {
    check: 'net.no-internet',
    results: { podman: 'unsupported', docker: 'unsupported' },
    why: 'there is a default route; what lies beyond is not tried',
  },
  {
    check: 'net.no-metadata',
    results: { podman: 'unsupported', docker: 'unsupported' },
    why: 'the same',
  },
];

/** Networks made with `--internal`, and what of `net.no-host` came of them. */
export const internalNetworks = {
  podman: { result: 'pass', why: 'its bridge has no address, and there is no route but that of the network' },
  docker: {
    result: 'fail',
    why: 'the address of the host on the bridge answers, and so do those on its other bridges, for there is a default route; only what would be forwarded is dropped',
  },
} as const satisfies Readonly<Record<string, { readonly result: CheckResult; readonly why: string }>>;
