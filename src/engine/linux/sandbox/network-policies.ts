import type { NetworkSpec } from '../../../core/container.ts';
import { MayflyError } from '../../../core/mayfly-error.ts';
import type { NetworkPolicy } from '../../../core/network-policy.ts';
import type { SourceLocation } from '../../../core/source-location.ts';
import { planBridgeCalls } from '../net/netfilter/bridge-calls.ts';
import { performBatches } from '../net/netfilter/perform-batch.ts';
import type { NetlinkMessage } from '../net/netlink/message.ts';
import { type PolicyKind, planMembers, planPolicy } from '../net/policy/plan-policy.ts';
import type { PolicyMember } from '../net/policy/policy-member.ts';
import type { Slot, Tape } from '../tape/op.ts';
import type { TapePerformer } from '../tape/tape-performer.ts';
import type { SlotPool } from './slot-pool.ts';

interface PolicyParts {
  readonly init: TapePerformer;
  readonly slots: SlotPool;
  readonly namespaceOf: (network: string) => Slot;
  /** All of a network as it is to be now. */
  readonly membersOf: (network: string) => readonly PolicyMember[];
}

/** Which members of a network may open what of each other, where a policy says so (language.md R12). */
export class NetworkPolicies {
  readonly #parts: PolicyParts;
  readonly #policies: ReadonlyMap<string, NetworkPolicy>;
  readonly #kinds = new Map<string, PolicyKind>();

  constructor(specs: readonly NetworkSpec[], parts: PolicyParts) {
    this.#parts = parts;
    this.#policies = new Map(
      specs.flatMap(({ name, policy }) => (policy === undefined ? [] : [[name, policy]])),
    );
  }

  /** Before any member is there. */
  async prepare(): Promise<void> {
    await Promise.all([...this.#policies].map(([network, policy]) => this.#enforce(network, policy)));
  }

  /** To be in effect before the links of new members are made. */
  async renew(...networks: readonly string[]): Promise<void> {
    await Promise.all(
      networks.map(async (network) => {
        const policy = this.#policies.get(network);
        const kind = this.#kinds.get(network);
        if (policy === undefined || kind === undefined) return;
        await this.#perform(network, planMembers(policy, kind, this.#parts.membersOf(network)));
      }),
    );
  }

  async #enforce(network: string, policy: NetworkPolicy): Promise<void> {
    try {
      await this.#perform(network, [planPolicy(policy, 'stateful')], planBridgeCalls());
      this.#kinds.set(network, 'stateful');
    } catch (cause) {
      const stateful = policy.allow.find(({ protocol }) => protocol === 'udp');
      if (stateful !== undefined)
        throw unsupported(network, 'policies-stateful', cause, stateful.at ?? policy.at);
      await this.#perform(network, [planPolicy(policy, 'stateless')]).catch((error: unknown) => {
        throw unsupported(network, 'policies', error, policy.at);
      });
      this.#kinds.set(network, 'stateless');
    }
  }

  #perform(
    network: string,
    batches: readonly (readonly NetlinkMessage[])[],
    first: Tape = [],
  ): Promise<void> {
    return performBatches(this.#parts, this.#parts.namespaceOf(network), batches, first);
  }
}

function unsupported(
  network: string,
  feature: string,
  cause: unknown,
  at: SourceLocation | undefined,
): MayflyError {
  const why = cause instanceof Error ? ` (${cause.message})` : '';
  return new MayflyError(
    'HOST_MISSING_FEATURE',
    `the policy of network ${network} needs ${feature}, which this host lacks${why}`,
    { cause, ...(at === undefined ? {} : { at }) },
  );
}
