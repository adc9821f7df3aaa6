import { auditOf } from '../../src/scenario/isolation/audit/audit-table.ts';
import { auditedChecks } from '../../src/scenario/isolation/audit/audited-checks.ts';
import { code, table } from './markdown.ts';
import { findings, internalNetworks, type Peer, peers } from './verify-findings.ts';

/** docs/verify.md */
export function renderVerify(): string {
  const checks = auditedChecks.map((check) => {
    const { claim = check.claim, looked, against } = auditOf(check.id);
    return [code(check.id), claim, looked, against, check.profile];
  });
  return [
    head,
    table(['check', 'claim', 'what is looked at', 'compared with', 'profile'], checks),
    '',
    seen,
    table(
      ['check', ...names, 'why'],
      findings.map(({ check, results, why }) => [
        code(check),
        ...names.map((name) => results[name] ?? 'pass'),
        why,
      ]),
    ),
    '',
    `Everything else of \`standard\` passed, or is not applicable. The containers: ${names.map((name) => `${name} is ${peers[name]}`).join('; ')}.`,
    '',
    networks,
    table(
      ['made by', '`net.no-host`', 'why'],
      Object.entries(internalNetworks).map(([runtime, { result, why }]) => [runtime, result, why]),
    ),
    '',
  ].join('\n');
}

const names = Object.keys(peers) as Peer[];

const head = `<!-- Written by tools/generate-docs.mjs. Do not edit. -->

# \`mayfly verify\`

Holds a container or a process that Mayfly did not start to the [isolation checks](isolation-checks.md) that a scenario holds its services to.

\`\`\`sh
mayfly verify web                      # a container of podman, docker, crun or runc, by name or id
mayfly verify docker:web               # where two have the name
mayfly verify 4711 --profile baseline  # any process
mayfly verify web --report json --except "user.root-not-host-root=no userns-remap on this host"
\`\`\`

- **It looks, and changes nothing.** It signals, stops and traces nobody, and makes nothing in the container: what would have to be changed to be shown is
  not tried, and says so. Objects for \`ipc.*\` are made in the runner's own namespaces for a moment, and looked for from inside.
- **From outside** a witness reads the host's /proc of the process, through a descriptor that is held from the first moment: should the process end
  and its number become another's, nothing of that one is read, and the command says that its target is gone.
- **From inside**, as root, a static helper enters its namespaces through a launcher of its own: as uid 0 there with NET_BIND_SERVICE alone, or with the user
  and groups of the process and, of its capabilities, SYS_CHROOT alone; always with \`no_new_privs\`. It joins neither its control groups nor its filter of system calls, and keeps the
  session keyring it came with: \`seccomp.denied\` and \`keyring.isolated\` cannot be shown by it and are \`unsupported\`. An ordinary user's helper may enter what is
  in a user namespace of his own only.
- **What /proc keeps from an ordinary user** is \`unsupported\`, with the file's name; it never passes. So are namespaces that are not the runner's
  where those of process 1 are not told, unless the runner's are the kernel's first, which their numbers say.
- **Connections** are tried for \`net.no-host\` only, with the target's routes, and only to addresses of this host to which the way leads over a bridge whose ports
  are all namespaces or virtual machines here (by the runner's /sys/class/net, which has to be of its network namespace). Any other way, as by macvlan,
  a VPN or a bridge with a card, is \`unsupported\`, and nothing is sent.
- **What nobody declared** is compared with what Docker gives by default; the table says with what. Claims about what Mayfly's own engine makes are \`n/a\`.
- Everything but \`pass\` and \`n/a\` counts, unless \`--except CHECK=REASON\` names it; the report shows the reason.
- Exit status: 0 nothing counts, 1 something does, 2 the flags are wrong or there is no such process or container, or several, 3 this is not Linux, 4 it ended meanwhile, 130 interrupted.
- \`--report json\`: one document, \`format: mayfly-verify\`, \`version: 1\`, with \`target\`, \`profile\`, \`checks\` (\`id claim result evidence\`, \`excepted\`) and, where nothing was
  seen from inside, \`notProbed\`.
- Containers are found by \`podman inspect\` and \`docker inspect\`, where these programs are installed, with the environment they would have in the same shell
  (DOCKER_HOST and the like), and in the state that crun and runc keep in /run and XDG_RUNTIME_DIR, in folders of root or this user. What Podman and Docker
  tell is taken for a process of this machine only if its control groups are named for the container; else it is an error, and the number of a process will do.
`;

const seen = `## What was seen of others

On Debian 12 with crun 1.8.1, Podman 4.3.1 and Docker 20.10.24, as root, control groups of version 1, without AppArmor: every check of \`standard\` that did not pass,
and a service of Mayfly's own beside. \`spec/peers\` starts these containers and sees it again.
`;

const networks = `Networks made with \`--internal\`, from a container in one:
`;
