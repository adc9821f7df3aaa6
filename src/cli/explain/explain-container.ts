import { statSync } from 'node:fs';
import type { ContainerSpec, MountSpec } from '../../core/container.ts';
import type { Image } from '../../core/image.ts';
import { planDnsSockets } from '../../engine/linux/net/dns/plan-dns.ts';
import { renderIp } from '../../engine/linux/net/ip.ts';
import { type Attachment, planContainerNetwork } from '../../engine/linux/net/plan-attach.ts';
import type { MountSource } from '../../engine/linux/plan/container-input.ts';
import { planCgroup } from '../../engine/linux/plan/plan-cgroup.ts';
import { planContainer } from '../../engine/linux/plan/plan-container.ts';
import { resolveUser } from '../../engine/linux/plan/resolve-user.ts';
import { childSlots } from '../../engine/linux/sandbox/container-launch.ts';
import type { SandboxNetworks } from '../../engine/linux/sandbox/sandbox-networks.ts';
import { supervisorSlots } from '../../engine/linux/sandbox/sandbox-slots.ts';
import type { SlotPool } from '../../engine/linux/sandbox/slot-pool.ts';
import { WritablePlaces } from '../../engine/linux/sandbox/writable-places.ts';
import type { Slot, Tape } from '../../engine/linux/tape/op.ts';
import { type ExplainFacts, readUsers } from './explain-facts.ts';
import type { ExplainedTape } from './explained-tape.ts';

export interface ContainerToExplain {
  readonly spec: ContainerSpec;
  readonly image: Image;
  readonly imageKey: string;
  readonly networks: SandboxNetworks;
  readonly slots: SlotPool;
  readonly facts: ExplainFacts;
}

const exampleRunId = 'run';

/** What supervisor, init and the container's own first process perform for it. Numbers of streams and processes are examples. */
export function explainContainer(container: ContainerToExplain): readonly ExplainedTape[] {
  const { spec, facts, slots } = container;
  const pidfd = slots.take();
  const attachments = attach(container);
  const cgroup = explainCgroup(spec, facts);
  return [
    ...(cgroup === undefined
      ? []
      : [{ title: `supervisor: the control groups of ${spec.name}`, tape: cgroup }]),
    {
      title: `init: the writable layer of ${spec.name}`,
      tape: new WritablePlaces(false).planMake(`layer-${spec.name}`, spec.rootfs.writableBytes, [
        'upper',
        'work',
      ]),
    },
    ...(spec.network.kind === 'shared'
      ? []
      : [
          { title: `init: the network of ${spec.name}`, tape: explainNetwork(container, pidfd, attachments) },
        ]),
    {
      title: `${spec.name}: from its namespaces to its program`,
      tape: explainChild(container, attachments, cgroup !== undefined),
    },
  ];
}

function attach({ spec, networks }: ContainerToExplain): readonly Attachment[] {
  if (spec.network.kind !== 'attached') return [];
  return spec.network.attachments.map((wanted, index) => networks.attach(spec.name, wanted, index));
}

function explainCgroup({ name, limits }: ContainerSpec, { cgroups }: ExplainFacts): Tape | undefined {
  if (Object.keys(limits).length === 0) return undefined;
  return planCgroup({
    limits,
    facts: cgroups,
    runId: exampleRunId,
    container: name,
    firstFree: supervisorSlots.firstFree,
  }).ops;
}

function explainNetwork(
  { spec, slots, facts }: ContainerToExplain,
  pidfd: Slot,
  attachments: readonly Attachment[],
): Tape {
  const sockets = { datagrams: slots.take(), listener: slots.take(), datagramStream: 1, listenerStream: 2 };
  return planContainerNetwork(
    { container: pidfd, scratchNamespace: slots.take(), scratchSocket: slots.take() },
    { ipv6: facts.ipv6, singleId: facts.mapping.kind === 'single-id', declared: spec.sysctls },
    attachments,
    spec.network.kind === 'attached' ? planDnsSockets(sockets) : [],
  );
}

function explainChild(
  { spec, image, imageKey, slots, facts }: ContainerToExplain,
  attachments: readonly Attachment[],
  hasCgroup: boolean,
): Tape {
  const addresses = attachments.flatMap(({ ipv4, ipv6 }) =>
    [ipv4, ipv6].flatMap((each) => (each === undefined ? [] : [renderIp(each.address)])),
  );
  const { process: main } = spec;
  return planContainer({
    spec,
    imageKey,
    user: resolveUser(main.user, main.groupAdd, readUsers(image.layers, facts.layersDirectory)),
    addresses,
    seccomp: facts.seccomp.compile(main.seccomp, main.capabilities),
    facts: {
      mappedIds: facts.mapping.kind === 'single-id' ? 1 : 65_536,
      ownsNetwork: spec.network.kind !== 'shared',
      cgroup2: false,
      inheritedOomScoreAdj: facts.oomScoreAdj,
    },
    slots: {
      firstFree: childSlots,
      upper: { kind: 'slot', slot: slots.take(), type: 'directory' },
      below: [],
      mounts: spec.mounts.map((mount) => explainMount(mount, slots)),
      devices: {},
      stdio: main.tty
        ? { kind: 'terminal', stream: 3, process: 2 }
        : { kind: 'pipes', stdout: slots.take(), stderr: slots.take() },
      cgroupProcs: hasCgroup ? [slots.take()] : [],
    },
  });
}

function explainMount(mount: MountSpec, slots: SlotPool): MountSource | undefined {
  if (mount.kind !== 'bind' && mount.kind !== 'volume') return undefined;
  const isFile = mount.kind === 'bind' && !statSync(mount.hostPath).isDirectory();
  return { kind: 'slot', slot: slots.take(), type: isFile ? 'file' : 'directory' };
}
