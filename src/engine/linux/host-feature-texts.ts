import type { HostFeature } from '../../core/host-feature.ts';

export interface FeatureText {
  /** What a scenario loses without it. */
  readonly cost: string;
  readonly remedy: string;
  /** Scenarios cannot run at all without it. */
  readonly required: boolean;
}

const texts: Readonly<Record<HostFeature, FeatureText>> = {
  linux: { cost: 'scenarios cannot run', remedy: 'run on Linux', required: true },
  launcher: {
    cost: 'scenarios cannot run',
    remedy: 'run `npm run prepare` (needs cc), or install the packed package',
    required: true,
  },
  userns: {
    cost: 'scenarios cannot run',
    remedy:
      'Ubuntu 24.04: sysctl -w kernel.apparmor_restrict_unprivileged_userns=0; elsewhere: sysctl -w user.max_user_namespaces=15000; ' +
      'in Docker: --security-opt seccomp=unconfined --security-opt systempaths=unconfined (docs/ci.md)',
    required: true,
  },
  subids: {
    cost: 'only root exists in containers; images whose services run as other users fail',
    remedy: 'apt-get install uidmap; usermod --add-subuids 100000-165535 --add-subgids 100000-165535 USER',
    required: false,
  },
  overlay: {
    cost: 'scenarios cannot run',
    remedy: 'modprobe overlay, or a kernel of 5.11 or later',
    required: true,
  },
  'tmpfs-upper': {
    cost: 'writable layers are kept on disk, which is slower; see disk-limit',
    remedy: 'a kernel of 6.6 or later',
    required: false,
  },
  'disk-limit': {
    cost: 'with `upper: disk` nothing limits writable layers and volumes, and a size that is asked for is refused',
    remedy: 'run as root, with mkfs.ext4 (apt-get install e2fsprogs) and loop devices (modprobe loop)',
    required: false,
  },
  idmap: {
    cost: 'each user keeps an unpacked copy of the images',
    remedy: 'a kernel of 5.19 or later, as root',
    required: false,
  },
  seccomp: { cost: 'scenarios cannot run', remedy: 'a kernel with CONFIG_SECCOMP_FILTER', required: true },
  'cgroup-memory': limitText('mem_limit'),
  'cgroup-pids': limitText('pids_limit'),
  'cgroup-cpu': limitText('cpus'),
  net: {
    cost: 'scenarios with networks cannot run',
    remedy: 'a kernel with CONFIG_BRIDGE and CONFIG_VETH: modprobe bridge veth',
    required: true,
  },
  ipv6: {
    cost: 'networks have IPv4 addresses only',
    remedy: 'sysctl -w net.ipv6.conf.all.disable_ipv6=0',
    required: false,
  },
  egress: {
    cost: 'networks with `egress: true` cannot be used',
    remedy: 'apt-get install passt',
    required: false,
  },
  policies: {
    cost: 'networks with `policies` cannot be used',
    remedy: 'a kernel with CONFIG_NF_TABLES_BRIDGE: modprobe nf_tables',
    required: false,
  },
  'policies-stateful': {
    cost: 'policies cannot allow UDP; TCP is told by its flags, and ICMP errors do not pass',
    remedy: 'modprobe br_netfilter nf_conntrack, as root',
    required: false,
  },
  'fault-rate': {
    cost: 'faults of kind `rate` are refused',
    remedy: 'a kernel with CONFIG_NET_SCH_TBF: modprobe sch_tbf',
    required: false,
  },
  'fault-delay': {
    cost: 'faults of kind `delay` are refused',
    remedy: 'a kernel of 4.20 or later with CONFIG_PACKET: modprobe af_packet',
    required: false,
  },
  'fault-filter': {
    cost: 'faults of kind `partition` and `loss` are refused',
    remedy: 'a kernel with CONFIG_NF_TABLES_BRIDGE and CONFIG_NFT_NUMGEN: modprobe nf_tables nft_numgen',
    required: false,
  },
  'fault-reset': {
    cost: 'faults of kind `reset` are refused',
    remedy:
      'a kernel with CONFIG_NF_TABLES_INET, CONFIG_NFT_REJECT_INET and CONFIG_BRIDGE_NETFILTER: modprobe br_netfilter nft_reject_inet',
    required: false,
  },
  'debian-images': {
    cost: 'images with `debian:` cannot be made; all others can',
    remedy: 'apt-get install mmdebstrap, on Debian or a derivative; an ordinary user also needs `subids`',
    required: false,
  },
};

function limitText(key: string): FeatureText {
  return {
    cost: `${key} cannot be enforced, and is refused`,
    remedy:
      'run as root, or delegate the controller: systemd-run --user --scope -p Delegate=yes mayfly test; in Docker: docs/ci.md',
    required: false,
  };
}

export function describeFeature(feature: HostFeature): FeatureText {
  return texts[feature];
}
