/**
 * Keys of Compose that the language leaves out, and why (R13): each is refused by name, or, where ignoring it cannot change a
 * result, is a warning. By where they stand (`x-what` of the schema).
 */
export interface LeftOut {
  readonly why: string;
  readonly instead: string;
  /** Ignoring it changes nothing that a scenario can see. */
  readonly harmless?: true;
}

const noLogging: LeftOut = {
  why: 'logs are always kept',
  instead: 'use a `logs` step, or --output',
  harmless: true,
};
const oneHost: LeftOut = { why: 'a scenario runs on one machine, in one sandbox', instead: 'remove it' };
const sealed: LeftOut = {
  why: 'namespaces are never shared with the host or between services',
  instead: 'remove it',
};
const ownCgroup: LeftOut = {
  why: 'every container has a cgroup of its own',
  instead: 'use mem_limit, cpus and pids_limit',
};

export const leftOutOfCompose: Readonly<Record<string, Readonly<Record<string, LeftOut>>>> = {
  'a scenario': {
    version: { why: 'the language has one version', instead: 'remove it', harmless: true },
    models: { why: 'there are no models here', instead: 'remove it' },
  },
  'a service': {
    container_name: {
      why: 'the name of the service is its name',
      instead: 'remove it, or add an alias to its networks',
      harmless: true,
    },
    logging: noLogging,
    attach: noLogging,
    links: { why: 'services of one network find each other by name', instead: 'put both on one network' },
    external_links: { why: 'nothing outside of the scenario can be reached', instead: 'declare the service' },
    volumes_from: { why: 'volumes are named', instead: 'mount the same named volume in both' },
    ipc: sealed,
    pid: sealed,
    uts: sealed,
    userns_mode: sealed,
    cgroup: ownCgroup,
    cgroup_parent: ownCgroup,
    cpu_shares: { why: 'shares say nothing on a machine that is not full', instead: 'use `cpus`' },
    cpu_quota: { why: 'there is one way to limit the CPU', instead: 'use `cpus`' },
    cpu_period: { why: 'there is one way to limit the CPU', instead: 'use `cpus`' },
    cpu_count: { why: 'it is for Windows', instead: 'use `cpus`' },
    cpu_percent: { why: 'it is for Windows', instead: 'use `cpus`' },
    cpu_rt_runtime: { why: 'real-time scheduling is the host’s', instead: 'use `cpus`' },
    cpu_rt_period: { why: 'real-time scheduling is the host’s', instead: 'use `cpus`' },
    blkio_config: { why: 'disk bandwidth is not limited', instead: 'remove it' },
    mem_reservation: { why: 'a reservation promises nothing', instead: 'use `mem_limit`', harmless: true },
    mem_swappiness: { why: 'cgroup v2 does not have it', instead: 'use `memswap_limit`' },
    oom_kill_disable: { why: 'a container without memory would hang', instead: 'raise `mem_limit`' },
    runtime: { why: 'the runtime is chosen on the command line', instead: 'remove it' },
    gpus: { why: 'there are no GPUs in the sandbox', instead: 'remove it' },
    mac_address: {
      why: 'an address belongs to one network',
      instead: 'write `networks: { NAME: { mac_address: … } }`',
    },
    dns_search: { why: 'names of services have no domain', instead: 'write the whole name' },
    dns_opt: { why: 'the resolver is Mayfly’s own', instead: 'remove it' },
    credential_spec: { why: 'it is for Windows', instead: 'remove it' },
    isolation: {
      why: 'it is for Windows; isolation is always whole',
      instead: 'check it with an `isolation` step',
    },
    develop: { why: 'containers live for one run', instead: 'remove it', harmless: true },
    post_start: { why: 'steps do what hooks do', instead: 'use a step' },
    pre_stop: { why: 'steps do what hooks do', instead: 'use `finally:`' },
    label_file: { why: 'labels are written in the scenario', instead: 'use `labels`' },
    provider: oneHost,
    models: { why: 'there are no models here', instead: 'remove it' },
    device_cgroup_rules: {
      why: 'a container sees the devices that are named, and no others',
      instead: 'name them in `devices`',
    },
    pull_refresh_after: { why: 'an image is what its reference says', instead: 'use `pull_policy`' },
    use_api_socket: { why: 'no socket of a runtime is ever reachable', instead: 'remove it' },
  },
  '`deploy`': {
    mode: oneHost,
    placement: oneHost,
    update_config: oneHost,
    rollback_config: oneHost,
    endpoint_mode: oneHost,
    restart_policy: { why: 'it belongs to a swarm', instead: 'use `restart`' },
    labels: { why: 'it belongs to a swarm', instead: 'use `labels` of the service', harmless: true },
  },
  '`resources`': {
    reservations: { why: 'a reservation promises nothing', instead: 'use `limits`', harmless: true },
  },
  'a network': {
    driver: { why: 'every network is a bridge of its own', instead: 'remove it' },
    driver_opts: { why: 'every network is a bridge of its own', instead: 'remove it' },
    external: { why: 'nothing outlives a scenario', instead: 'remove it' },
    name: { why: 'networks have no name outside of the scenario', instead: 'remove it', harmless: true },
    attachable: { why: 'nothing outside of the scenario can join', instead: 'remove it', harmless: true },
    enable_ipv6: {
      why: 'a network has IPv6 unless its `ipam` names an IPv4 subnet only',
      instead: 'add an IPv6 subnet to `ipam`',
    },
    enable_ipv4: { why: 'a network always has IPv4', instead: 'remove it' },
  },
  "a network's settings": {
    priority: {
      why: 'interfaces are in the order of the networks',
      instead: 'write the networks in that order',
    },
    gw_priority: { why: 'a sealed network has no gateway', instead: 'remove it' },
    link_local_ips: { why: 'link-local addresses are not used', instead: 'remove it' },
    driver_opts: { why: 'every network is a bridge of its own', instead: 'remove it' },
    interface_name: { why: 'interfaces are named in order: eth0, eth1 …', instead: 'remove it' },
  },
  '`ipam`': {
    driver: { why: 'addresses are given by Mayfly', instead: 'remove it' },
    options: { why: 'addresses are given by Mayfly', instead: 'remove it' },
  },
  'a subnet': {
    gateway: { why: 'a sealed network has no gateway', instead: 'remove it' },
    ip_range: { why: 'addresses are given in order', instead: 'write a smaller `subnet`' },
    aux_addresses: { why: 'nothing else is on the network', instead: 'remove it' },
  },
  'a volume': {
    driver: { why: 'volumes live in the sandbox', instead: 'remove it' },
    driver_opts: { why: 'volumes live in the sandbox', instead: 'use `size`' },
    external: { why: 'nothing outlives a scenario', instead: 'fill the volume in a step' },
    name: { why: 'volumes have no name outside of the scenario', instead: 'remove it', harmless: true },
  },
  'a config': {
    name: { why: 'configs have no name outside of the scenario', instead: 'remove it', harmless: true },
    external: { why: 'nothing outlives a scenario', instead: 'use `file`, `content` or `environment`' },
    labels: { why: 'nobody could read them', instead: 'remove it', harmless: true },
    template_driver: { why: 'there are no templates', instead: 'use `content` with expressions' },
  },
  'a secret': {
    name: { why: 'secrets have no name outside of the scenario', instead: 'remove it', harmless: true },
    external: { why: 'nothing outlives a scenario', instead: 'use `environment` or `file`' },
    labels: { why: 'nobody could read them', instead: 'remove it', harmless: true },
    driver: { why: 'it belongs to a swarm', instead: 'use `environment` or `file`' },
    driver_opts: { why: 'it belongs to a swarm', instead: 'use `environment` or `file`' },
    template_driver: { why: 'there are no templates', instead: 'use `environment` or `file`' },
  },
  '`volume`': {
    labels: { why: 'nobody could read them', instead: 'label the volume', harmless: true },
    subpath: { why: 'a volume is mounted whole', instead: 'use a volume for each path' },
  },
  'a mount': {
    bind: { why: 'binds are private and their source must exist', instead: 'remove it' },
    consistency: { why: 'it is for other systems', instead: 'remove it', harmless: true },
    image: { why: 'images are not mounted', instead: 'copy what you need with a `copy` step' },
  },
  'a port': {
    mode: { why: 'ports are published on this machine only', instead: 'remove it' },
    name: { why: 'ports have no names', instead: 'remove it', harmless: true },
    app_protocol: { why: 'only tcp and udp are told apart', instead: 'remove it', harmless: true },
  },
  'a dependency': {},
};
