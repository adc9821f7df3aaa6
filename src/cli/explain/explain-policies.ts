import type { NetworkSpec } from '../../core/container.ts';
import { renderEdge } from '../../core/network-policy.ts';
import { planBridgeCalls } from '../../engine/linux/net/netfilter/bridge-calls.ts';
import { planBatches } from '../../engine/linux/net/netfilter/perform-batch.ts';
import { renderTable } from '../../engine/linux/net/netfilter/render-table.ts';
import { planPolicy, policyTables } from '../../engine/linux/net/policy/plan-policy.ts';
import type { SandboxNetworks } from '../../engine/linux/sandbox/sandbox-networks.ts';
import type { SlotPool } from '../../engine/linux/sandbox/slot-pool.ts';
import type { ExplainedTape } from './explained-tape.ts';

/** What narrows a network: its edges, the tables that keep them, and the tape that makes those. Members are told to them as they come. */
export function explainPolicies(
  specs: readonly NetworkSpec[],
  networks: SandboxNetworks,
  slots: SlotPool,
): readonly ExplainedTape[] {
  return specs.flatMap(({ name, policy }) => {
    if (policy === undefined) return [];
    const scratch = slots.take();
    const batches = [planPolicy(policy, 'stateful')];
    const tape = planBatches(networks.namespaceOf(name), scratch, batches, planBridgeCalls());
    slots.give(scratch);
    const allowed = policy.allow.length === 0 ? ['nothing'] : policy.allow.map(renderEdge);
    const rules = policyTables(policy, 'stateful').map(renderTable);
    return [
      {
        title: `init: the policy of the network ${name}, where connections are tracked`,
        notes: [`allows ${allowed.join('\n       ')}`, ...rules].join('\n\n'),
        tape,
      },
    ];
  });
}
