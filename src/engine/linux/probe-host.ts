import type { FeatureReport, HostFeature, HostReport } from '../../core/host-feature.ts';
import type { LinuxEngineOptions } from './engine-options.ts';
import type { Host } from './host.ts';
import { describeFeature } from './host-feature-texts.ts';
import { egressReport } from './net/egress/egress-report.ts';
import type { CgroupFacts } from './plan/cgroup-facts.ts';
import { userMapping } from './sandbox/choose-mapping.ts';
import { obstacleToDiskLimit } from './sandbox/disk-limit.ts';
import { type IdMapping, rangeMapping } from './sandbox/id-mapping.ts';
import { type OpenedSandbox, openSandboxProcesses } from './sandbox/open-sandbox.ts';
import { planInSandboxProbes } from './sandbox/plan-probes.ts';
import { probeCgroups } from './sandbox/probe-cgroups.ts';
import { probeEgress } from './sandbox/probe-egress.ts';
import { uppersDirectory } from './sandbox/writable-place.ts';

/** What was seen, or what went wrong. */
type Finding = { readonly seen: string } | { readonly failed: string };

/** A range nobody else uses: no process outlives the probe. */
const probeBase = 0x6fff_0000;

/** Finds out by doing: a sandbox is opened, and in it each thing a container needs is tried once. */
export async function probeHost(host: Host, options: LinuxEngineOptions): Promise<HostReport> {
  const { uid, gid, login } = options.user;
  const own = uid === 0 ? undefined : await userMapping(host, uid, gid, login);
  const findings = new Map<HostFeature, Finding>([
    ['linux', { seen: `Linux ${options.kernelRelease}` }],
    [
      'launcher',
      (await host.exists(options.launcherPath))
        ? { seen: options.launcherPath }
        : { failed: `${options.launcherPath} is not there` },
    ],
    ['subids', subidFinding(own, login)],
    ...cgroupFindings(await probeCgroups(host)),
    [
      'ipv6',
      (await host.exists('/proc/net/if_inet6'))
        ? { seen: '/proc/net/if_inet6' }
        : { failed: 'the kernel has no IPv6, or it is off' },
    ],
    ['seccomp', await seccompFinding(host)],
    ['debian-images', await debianFinding(host, own)],
    ...(await sandboxFindings(host, options, own ?? rangeMapping(probeBase))),
  ]);
  const reports = [...findings].map(([feature, finding]) => report(feature, finding));
  return {
    user: own === undefined ? 'root' : own.kind === 'subids' ? 'subids' : 'single-id',
    features: [...reports, egressReport(await probeEgress(host))],
  };
}

async function sandboxFindings(
  host: Host,
  options: LinuxEngineOptions,
  mapping: IdMapping,
): Promise<readonly (readonly [HostFeature, Finding])[]> {
  const opened = await openSandboxProcesses(host, { ...options, mapping }).catch((error: Error) => error);
  if (opened instanceof Error) {
    const failed = { failed: opened.message };
    const asked = ['userns', 'disk-limit', ...planInSandboxProbes().map(({ feature }) => feature)] as const;
    return asked.map((feature) => [feature, failed]);
  }
  try {
    const idmap: Finding =
      mapping.kind === 'range'
        ? { seen: 'the store was mounted with mapped ids' }
        : { failed: 'only root can map ids of a mount' };
    const disk = await obstacleToDiskLimit(host, opened, uppersDirectory(options.stateDirectory));
    return [
      ['userns', { seen: 'a sandbox was opened' }],
      ['idmap', idmap],
      ...(await tryInSandbox(opened)),
      [
        'disk-limit',
        disk === undefined ? { seen: 'an ext4 in a file was mounted in a sandbox' } : { failed: disk },
      ],
    ];
  } finally {
    opened.supervisor.close();
    await opened.ended;
  }
}

async function tryInSandbox({ init }: OpenedSandbox): Promise<readonly (readonly [HostFeature, Finding])[]> {
  const findings: (readonly [HostFeature, Finding])[] = [];
  for (const { feature, tape, seen } of planInSandboxProbes()) {
    const finding = await init.perform(tape).then(
      (): Finding => ({ seen }),
      (error: Error): Finding => ({ failed: error.message }),
    );
    findings.push([feature, finding]);
  }
  return findings;
}

function subidFinding(own: IdMapping | undefined, login: string): Finding {
  if (own === undefined) return { seen: 'root needs none' };
  if (own.kind === 'subids')
    return { seen: `${own.uids[1]?.length ?? 0} ids from ${own.uids[1]?.outside ?? 0}` };
  return { failed: `/etc/subuid or /etc/subgid has no line for ${login}, or newuidmap is not installed` };
}

async function debianFinding(host: Host, own: IdMapping | undefined): Promise<Finding> {
  const programs = ['mmdebstrap', 'apt-get'];
  const paths = await Promise.all(programs.map((program) => host.findProgram(program)));
  const missing = programs.filter((_, at) => paths[at] === undefined);
  if (missing.length > 0) return { failed: `not installed: ${missing.join(', ')}` };
  if (own?.kind === 'single-id') return { failed: 'this user has no subordinate ids' };
  return { seen: paths.join(', ') };
}

async function seccompFinding(host: Host): Promise<Finding> {
  const actions = await host.readText('/proc/sys/kernel/seccomp/actions_avail');
  return actions === undefined ? { failed: 'the kernel has no seccomp filters' } : { seen: actions.trim() };
}

function cgroupFindings(facts: CgroupFacts): readonly (readonly [HostFeature, Finding])[] {
  return (['memory', 'pids', 'cpu'] as const).map((controller) => {
    const directory = facts.controllers[controller];
    return [
      `cgroup-${controller}`,
      directory === undefined
        ? {
            failed:
              facts.version === 'none'
                ? 'there are no control groups'
                : `cgroup ${facts.version}, without a group that this user may divide`,
          }
        : { seen: `cgroup ${facts.version}, ${directory}` },
    ];
  });
}

function report(feature: HostFeature, finding: Finding): FeatureReport {
  const available = 'seen' in finding;
  const { cost, remedy, required } = describeFeature(feature);
  return {
    feature,
    available,
    evidence: available ? finding.seen : finding.failed,
    cost,
    remedy: available ? '' : remedy,
    required,
  };
}
