import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Contender } from '../contender.ts';
import { findProgram } from '../find-program.ts';
import { outputOf, timeProcess } from '../run-process.ts';
import type { Workspace } from '../workspace.ts';
import type { PeerHost } from './peer-host.ts';

/** Without CAP_SYS_RESOURCE podman's own limits cannot be set; its files are kept apart from those of the machine's podman. */
const config = `[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
`;

/** The same three services, name, request and end, as a person would have podman's CLI do it: in parallel where it can be. */
function script(podman: string): string {
  const run = (name: string, command: string): string =>
    `${podman} run -d --network front --name ${name} bench ${command} >/dev/null &\n`;
  const remove = `${podman} rm -f -t 0 web store client >/dev/null`;
  return [
    'set -e',
    `trap '${remove}' EXIT`,
    `${podman} network create front >/dev/null`,
    `${run('web', '/bin/serve 8080')}${run('store', '/bin/serve 8081')}${run('client', '/bin/sleep')}wait`,
    // The request is repeated until it is answered: without a name server, for ever.
    `test "$(timeout 30 ${podman} exec client /bin/request web 8080)" = ok`,
    'trap - EXIT',
    remove,
    `${podman} network rm -f front >/dev/null`,
  ].join('\n');
}

/** Of Debian's packages golang-github-containernetworking-plugin-dnsname and aardvark-dns: either answers for names. */
const nameServers = ['/usr/lib/cni/dnsname', '/usr/lib/podman/aardvark-dns'];

export function podmanServices(workspace: Workspace, host: PeerHost): Contender {
  let prepared: Promise<readonly string[]> | undefined;
  return {
    name: 'podman',
    spawned: true,
    run: async () => {
      prepared ??= prepare(workspace, host);
      return timeProcess(await prepared);
    },
  };
}

async function prepare({ directory, layer }: Workspace, host: PeerHost): Promise<readonly string[]> {
  if (findProgram('podman') === undefined) throw new Error('not installed');
  if (!nameServers.some((path) => existsSync(path))) throw new Error('its networks have no name server here');
  if (host.enterAll.length === 0) throw new Error('measured as root only');
  const home = join(directory, 'podman');
  mkdirSync(home);
  writeFileSync(join(home, 'containers.conf'), config);
  const places = ['root', 'runroot', 'tmpdir', 'network-config-dir'].map(
    (each) => `--${each}=${join(home, each)}`,
  );
  const podman = ['env', `CONTAINERS_CONF=${join(home, 'containers.conf')}`, 'podman', ...places].join(' ');
  const file = join(home, 'services.sh');
  writeFileSync(file, script(podman));
  await outputOf([...host.enterAll, 'sh', '-c', `tar -C ${layer} -c . | ${podman} import - bench`]);
  return [...host.enterAll, 'sh', file];
}
