import { expect, test } from 'vitest';
import type { AllowedEdge } from '../../../../src/core/network-policy.ts';
import { NetworkPolicies } from '../../../../src/engine/linux/sandbox/network-policies.ts';
import { SlotPool } from '../../../../src/engine/linux/sandbox/slot-pool.ts';
import type { Tape } from '../../../../src/engine/linux/tape/op.ts';
import { codeOf } from '../../contract/contract-kit.ts';

type Lack = 'nothing' | 'br_netfilter' | 'nf_tables';

/** A kernel that refuses the tapes of what it lacks, and remembers the rest. */
function kernelWithout(lack: Lack) {
  const performed: Tape[] = [];
  const refuses = (tape: Tape): boolean =>
    (lack === 'br_netfilter' &&
      tape.some((op) => op.kind === 'writeFile' && op.path.includes('bridge-nf'))) ||
    (lack === 'nf_tables' && tape.some(({ kind }) => kind === 'socket'));
  return {
    performed,
    perform: async (tape: Tape): Promise<readonly Uint8Array[]> => {
      if (refuses(tape)) throw new Error(`no ${lack}`);
      performed.push(tape);
      return [];
    },
  };
}

const edge = (protocol: AllowedEdge['protocol']): AllowedEdge => ({ from: ['a'], to: ['b'], protocol });

function policiesOn(lack: Lack, ...allow: readonly AllowedEdge[]) {
  const init = kernelWithout(lack);
  const policies = new NetworkPolicies(
    [
      { name: 'back', egress: false, policy: { allow } },
      { name: 'front', egress: false },
    ],
    { init, slots: new SlotPool(100), namespaceOf: () => 64, membersOf: () => [] },
  );
  return { policies, init };
}

const usesConnections = (tape: Tape | undefined): boolean =>
  tape?.some((op) => op.kind === 'writeFile' && op.path.includes('bridge-nf')) ?? false;

test.each<{ readonly lack: Lack; readonly protocol: AllowedEdge['protocol']; readonly outcome: string }>([
  { lack: 'nothing', protocol: 'tcp', outcome: 'by connections' },
  { lack: 'nothing', protocol: 'udp', outcome: 'by connections' },
  { lack: 'br_netfilter', protocol: 'tcp', outcome: 'by flags' },
  { lack: 'br_netfilter', protocol: 'icmp', outcome: 'by flags' },
  { lack: 'br_netfilter', protocol: 'udp', outcome: 'HOST_MISSING_FEATURE' },
  { lack: 'nf_tables', protocol: 'tcp', outcome: 'HOST_MISSING_FEATURE' },
])('R12 $protocol on a kernel that lacks $lack: $outcome', async ({ lack, protocol, outcome }) => {
  const { policies, init } = policiesOn(lack, edge(protocol));
  const code = await codeOf(policies.prepare());
  const made = init.performed.find((tape) => tape.some(({ kind }) => kind === 'netlink'));
  if (code !== 'no error') expect(code).toBe(outcome);
  else expect(usesConnections(made) ? 'by connections' : 'by flags').toBe(outcome);
});

const place = (line: number) => ({ file: 'net.yaml', line, column: 3 });

test.each<{
  readonly lack: Lack;
  readonly protocols: readonly AllowedEdge['protocol'][];
  readonly line: number;
}>([
  { lack: 'br_netfilter', protocols: ['tcp', 'udp'], line: 11 },
  { lack: 'nf_tables', protocols: ['tcp'], line: 9 },
])('R12 without $lack the error names the line of what needs it', async ({ lack, protocols, line }) => {
  const allow = protocols.map((protocol, at) => ({ ...edge(protocol), at: place(10 + at) }));
  const init = kernelWithout(lack);
  const policies = new NetworkPolicies([{ name: 'back', egress: false, policy: { allow, at: place(9) } }], {
    init,
    slots: new SlotPool(100),
    namespaceOf: () => 64,
    membersOf: () => [],
  });
  await expect(policies.prepare()).rejects.toMatchObject({ code: 'HOST_MISSING_FEATURE', at: place(line) });
});

test('R12 members are told to networks with a policy only', async () => {
  const { policies, init } = policiesOn('nothing', edge('tcp'));
  await policies.prepare();
  const before = init.performed.length;
  await policies.renew('front');
  expect(init.performed).toHaveLength(before);
  await policies.renew('front', 'back');
  expect(init.performed).toHaveLength(before + 1);
});
