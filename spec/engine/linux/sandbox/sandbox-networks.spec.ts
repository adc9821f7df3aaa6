import { expect, test } from 'vitest';
import { renderIp } from '../../../../src/engine/linux/net/ip.ts';
import type { Attachment } from '../../../../src/engine/linux/net/plan-attach.ts';
import { SandboxNetworks } from '../../../../src/engine/linux/sandbox/sandbox-networks.ts';
import { SlotPool } from '../../../../src/engine/linux/sandbox/slot-pool.ts';

const networksOf = (own: { readonly subnet4?: string } = {}): SandboxNetworks =>
  new SandboxNetworks([{ name: 'back', egress: false, policy: { allow: [] }, ...own }], new SlotPool(100), {
    seed: 1,
    hostRanges: [],
    ipv6: true,
  });

const addresses = ({ ipv4, ipv6 }: Attachment): readonly string[] =>
  [ipv4, ipv6].flatMap((each) => (each === undefined ? [] : [renderIp(each.address)]));

const attach = (networks: SandboxNetworks, container: string): Attachment =>
  networks.attach(container, { network: 'back', aliases: [] }, 0);

test('R12 on a network with a policy a newcomer gets no address that was another’s in this run, so nothing tracked speaks for it', () => {
  const networks = networksOf();
  const before = attach(networks, 'web');
  networks.release(before);
  const newcomer = addresses(attach(networks, 'other'));
  expect(newcomer).toHaveLength(2);
  for (const address of addresses(before)) expect(newcomer).not.toContain(address);
});

test('R10 when every address was someone’s, those that are free again serve', () => {
  const networks = networksOf({ subnet4: '10.9.0.0/29' }); // five addresses
  const all = ['a', 'b', 'c', 'd', 'e'].map((name) => attach(networks, name));
  for (const freed of all.slice(1, 2)) networks.release(freed);
  expect(attach(networks, 'f').ipv4).toEqual(all[1]?.ipv4);
  expect(() => attach(networks, 'g')).toThrow('no address left for g');
});
