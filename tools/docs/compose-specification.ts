/**
 * The names of the keys that the Compose specification knows, by where they stand: github.com/compose-spec/compose-spec,
 * schema/compose-spec.json, as of commit 170098ba07d9 (23 June 2026). `place` is where they stand in the language.
 */
export interface ComposeElement {
  readonly title: string;
  readonly place: string;
  readonly keys: readonly string[];
}

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

export const composeElements: readonly ComposeElement[] = [
  {
    title: 'A service',
    place: 'services.NAME',
    keys: words(`
      annotations attach blkio_config build cap_add cap_drop cgroup cgroup_parent command configs container_name cpu_count
      cpu_percent cpu_period cpu_quota cpu_rt_period cpu_rt_runtime cpu_shares cpus cpuset credential_spec depends_on deploy
      develop device_cgroup_rules devices dns dns_opt dns_search domainname entrypoint env_file environment expose extends
      external_links extra_hosts gpus group_add healthcheck hostname image init ipc isolation label_file labels links logging
      mac_address mem_limit mem_reservation mem_swappiness memswap_limit models network_mode networks oom_kill_disable
      oom_score_adj pid pids_limit platform ports post_start pre_stop privileged profiles provider pull_policy
      pull_refresh_after read_only restart runtime scale secrets security_opt shm_size stdin_open stop_grace_period
      stop_signal storage_opt sysctls tmpfs tty ulimits use_api_socket user userns_mode uts volumes volumes_from working_dir`),
  },
  {
    title: '`healthcheck`',
    place: 'services.NAME.healthcheck',
    keys: words('disable interval retries test timeout start_period start_interval'),
  },
  {
    title: 'An entry of `depends_on`',
    place: 'services.NAME.depends_on.NAME',
    keys: words('condition restart required'),
  },
  {
    title: '`deploy`',
    place: 'services.NAME.deploy',
    keys: words(
      'mode endpoint_mode replicas labels rollback_config update_config resources restart_policy placement',
    ),
  },
  {
    title: '`deploy.resources`',
    place: 'services.NAME.deploy.resources',
    keys: words('limits reservations'),
  },
  {
    title: '`deploy.resources.limits`',
    place: 'services.NAME.deploy.resources.limits',
    keys: words('cpus memory pids'),
  },
  {
    title: "A network of a service's `networks`",
    place: 'services.NAME.networks.NAME',
    keys: words(
      'aliases interface_name ipv4_address ipv6_address link_local_ips mac_address driver_opts priority gw_priority',
    ),
  },
  {
    title: 'An entry of `ports`',
    place: 'services.NAME.ports[]',
    keys: words('name mode host_ip target published protocol app_protocol'),
  },
  {
    title: 'An entry of `volumes`',
    place: 'services.NAME.volumes[]',
    keys: words('type source target read_only consistency bind volume tmpfs image'),
  },
  {
    title: '`volume` of such an entry',
    place: 'services.NAME.volumes[].volume',
    keys: words('labels nocopy subpath'),
  },
  {
    title: '`tmpfs` of such an entry',
    place: 'services.NAME.volumes[].tmpfs',
    keys: words('size mode'),
  },
  {
    title: 'The file',
    place: '',
    keys: words('version name include services models networks volumes secrets configs'),
  },
  {
    title: 'A network',
    place: 'networks.NAME',
    keys: words('name driver driver_opts ipam external internal enable_ipv4 enable_ipv6 attachable labels'),
  },
  { title: '`ipam`', place: 'networks.NAME.ipam', keys: words('driver config options') },
  {
    title: 'A subnet',
    place: 'networks.NAME.ipam.config[]',
    keys: words('subnet ip_range gateway aux_addresses'),
  },
  { title: 'A volume', place: 'volumes.NAME', keys: words('name driver driver_opts external labels') },
  {
    title: 'A config',
    place: 'configs.NAME',
    keys: words('name content environment file external labels template_driver'),
  },
  {
    title: 'A secret',
    place: 'secrets.NAME',
    keys: words('name environment file external labels driver driver_opts template_driver'),
  },
];
