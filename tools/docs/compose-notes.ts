/** What somebody who knows Compose should know of a key that works: where its meaning is narrower, or its default another. */
export const composeNotes: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'services.NAME': {
    annotations: 'kept as they are',
    cap_add: "the default set is Docker's without NET_RAW; `ping` works without it",
    command: 'what only a shell understands (`|`, `>`, `$(…)`) in a text is an error, not cut off',
    deploy: '`resources.limits` and `replicas`',
    healthcheck:
      'steps begin when it has succeeded, and one that never does fails the scenario; it is not asked again after that: what must stay so is for a step with `consistently`',
    devices: 'under their own path, and only with `--allow-host-binds`',
    dns: 'only with a network that has `egress: true`',
    environment: '`$NAME` is not replaced: write `${{ env.NAME }}`',
    expose: 'says which ports a service has, for checks; networks block none of their members',
    extra_hosts: '`host-gateway` does not exist: no network reaches the host',
    image: 'a name of `images:` wins over a registry reference',
    init: 'true unless said otherwise',
    network_mode: '`none` and `service:NAME`; never `host`',
    networks: 'sealed unless `egress: true`',
    ports:
      'on loopback, any other address only with `--allow-public-ports`; of a range before one port (`8000-8001:80`) the first instance has the first, and so on',
    profiles: '`--profile` with a name that no service has is an error',
    privileged: 'only with `--allow-privileged`, and within the sandbox',
    security_opt: '`no-new-privileges` (on by default), `seccomp`, `systempaths=unconfined`',
    storage_opt: '`size` only',
    sysctls: "those of the container's own namespaces",
    volumes: "binds are read-only unless `rw` and lie in the scenario's folder unless `--allow-host-binds`",
  },
  'services.NAME.ports[]': { host_ip: 'loopback when absent' },
  '': { include: 'with `scenario:` or `compose:`', name: 'what reports call the scenario' },
  'networks.NAME': { internal: 'the default here; `egress: true` is the opposite' },
};
