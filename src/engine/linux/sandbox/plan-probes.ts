import type { HostFeature } from '../../../core/host-feature.ts';
import { cloneFlags } from '../abi/clone-flags.ts';
import { mountFlags } from '../abi/mount-flags.ts';
import { planBridgeCalls } from '../net/netfilter/bridge-calls.ts';
import { planBatches } from '../net/netfilter/perform-batch.ts';
import { encodeMessages } from '../net/netlink/message.ts';
import { newTokenBucket } from '../net/netlink/token-bucket.ts';
import { bridgeIndex, planNetwork } from '../net/plan-network.ts';
import { type PolicyKind, planPolicy } from '../net/policy/plan-policy.ts';
import { noSlot, type Op, type Tape } from '../tape/op.ts';
import { initSlots } from './sandbox-slots.ts';

export interface InSandboxProbe {
  readonly feature: HostFeature;
  readonly tape: Tape;
  readonly seen: string;
}

const [layerA, layerB] = [initSlots.firstFree, initSlots.firstFree + 1];

/** Each tries one thing in a sandbox of its own making, in a mount namespace that goes with the tape. */
export function planInSandboxProbes(): readonly InSandboxProbe[] {
  return [
    { feature: 'overlay', tape: planOverlayProbe(), seen: 'an overlay was mounted' },
    { feature: 'tmpfs-upper', tape: planXattrProbe(), seen: 'tmpfs keeps user extended attributes' },
    {
      feature: 'net',
      tape: planNetwork({ namespace: layerA, socket: layerB }, false),
      seen: 'a bridge was made',
    },
    { feature: 'policies', tape: planPolicyProbe('stateless'), seen: 'tables of a bridge were made' },
    {
      feature: 'policies-stateful',
      tape: planPolicyProbe('stateful'),
      seen: 'bridged packets are handed to connection tracking',
    },
    { feature: 'fault-rate', tape: planRateProbe(), seen: 'a token bucket was set on a link' },
  ];
}

/** With an edge, so that what looks edges up is tried, too. */
function planPolicyProbe(kind: PolicyKind): Tape {
  const allow = [{ from: [], to: [], protocol: 'tcp', port: 1 }] as const;
  return [
    ...planNetwork({ namespace: layerA, socket: layerB }, false),
    ...planBatches(
      layerA,
      layerB,
      [planPolicy({ allow }, kind)],
      kind === 'stateful' ? planBridgeCalls() : [],
    ),
  ];
}

function planRateProbe(): Tape {
  const messages = encodeMessages([newTokenBucket(bridgeIndex, 1_000_000)]);
  return [
    ...planNetwork({ namespace: layerA, socket: layerB }, false),
    { kind: 'netlink', slot: layerB, messages, reply: 0 },
  ];
}

const inOwnMounts: Op = { kind: 'unshare', flags: cloneFlags.CLONE_NEWNS };

function mountScratch(): Tape {
  return [
    inOwnMounts,
    {
      kind: 'mount',
      source: 'tmpfs',
      target: '/upper',
      fsType: 'tmpfs',
      flags: mountFlags.MS_NODEV,
      data: 'size=64k',
    },
    ...['lower', 'upper', 'work'].map(
      (name): Op => ({ kind: 'mkdir', dir: noSlot, path: `/upper/${name}`, mode: 0o755, flags: 0 }),
    ),
  ];
}

function planOverlayProbe(): Tape {
  const data = 'lowerdir=/upper/lower,upperdir=/upper/upper,workdir=/upper/work,userxattr';
  return [
    ...mountScratch(),
    { kind: 'mount', source: 'overlay', target: '/root', fsType: 'overlay', flags: 0, data },
  ];
}

/** Overlayfs marks deleted directories with user.overlay.opaque (`userxattr`); tmpfs takes it since Linux 6.6. */
function planXattrProbe(): Tape {
  const value = Buffer.from('y');
  return [
    ...mountScratch(),
    { kind: 'setXattr', dir: noSlot, path: '/upper/lower', name: 'user.overlay.opaque', value },
  ];
}
