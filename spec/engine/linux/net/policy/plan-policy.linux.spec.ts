import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { AllowedEdge } from '../../../../../src/core/network-policy.ts';
import { planBridgeCalls } from '../../../../../src/engine/linux/net/netfilter/bridge-calls.ts';
import { deleteTable } from '../../../../../src/engine/linux/net/netfilter/table.ts';
import {
  type PolicyKind,
  planMembers,
  planPolicy,
  policyTables,
} from '../../../../../src/engine/linux/net/policy/plan-policy.ts';
import { policyMember } from '../../../../../src/engine/linux/net/policy/policy-member.ts';
import { compileRawNetwork } from '../../network/raw-network.ts';
import { type FilterMember, openFilterBed } from '../netfilter/filter-bed.ts';
import { obstacle } from '../network-sandbox.ts';

const server = `
  for (const port of [7000, 7001])
    require('node:net').createServer((peer) => peer.on('error', () => {}).pipe(peer)).listen(port, '::', () => {
      if (port === 7001) console.log('up');
    });`;

/** Whether an echo comes back from a port, of both families. */
const ask = (port: number, ...hosts: readonly string[]): string => `
  const tries = ${JSON.stringify(hosts)}.map((host) => new Promise((resolve) => {
    setTimeout(() => resolve('silent'), 1000);
    const socket = require('node:net').connect(${port}, host, () => socket.write('x'));
    socket.on('data', () => resolve('echo')).on('error', ({ code }) => resolve(code));
  }));
  Promise.all(tries).then((found) => { console.log(found.join(' ')); process.exit(); });`;

describe.skipIf(obstacle !== undefined)(
  `policies on one bridge${obstacle === undefined ? '' : ` (${obstacle})`}`,
  () => {
    const bed = openFilterBed();
    const directory = mkdtempSync(join(tmpdir(), 'mayfly-policy-'));
    afterAll(() => rmSync(directory, { recursive: true, force: true }));

    async function listener(): Promise<FilterMember> {
      const member = await bed.current().member();
      const { output } = await bed
        .current()
        .sandbox.start([process.execPath, '-e', server], member.netns.slot);
      await new Promise((resolve) => output.once('data', resolve));
      return member;
    }

    const asked = async (from: FilterMember, to: FilterMember, port: number): Promise<string> =>
      (await from.netns.node(ask(port, to.ipv4, to.ipv6))).trim();

    test.each<PolicyKind>(['stateful', 'stateless'])(
      'R12 %s: TCP by its edge, in both families',
      async (kind) => {
        const [web, db] = [await listener(), await listener()];
        const edge: AllowedEdge = { from: ['web'], to: ['db'], protocol: 'tcp', port: 7000 };
        const policy = { allow: [edge] };
        const members = [policyMember('web', web.attachment), policyMember('db', db.attachment)];
        expect(await asked(db, web, 7000), 'without').toBe('echo echo');
        const first = kind === 'stateful' ? planBridgeCalls() : [];
        await bed.current().batch(planPolicy(policy, kind), first);
        expect(await asked(web, db, 7000), 'with nobody in it').not.toContain('echo');
        for (const batch of planMembers(policy, kind, members)) await bed.current().batch(batch);
        expect(await asked(web, db, 7000)).toBe('echo echo');
        expect(await asked(web, db, 7001), 'another port').toBe('silent silent');
        expect(await asked(db, web, 7000), 'another direction').toBe('silent silent');
        await bed.current().batch(policyTables(policy, kind).map(deleteTable));
        expect(await asked(db, web, 7000), 'after').toBe('echo echo');
      },
    );

    test.each<PolicyKind>(['stateful', 'stateless'])(
      'R12 %s: echoes by their edge, in both families',
      async (kind) => {
        const rawNetwork = compileRawNetwork(directory);
        const [web, db] = [await bed.current().member(), await bed.current().member()];
        const pings = async (from: FilterMember, to: FilterMember): Promise<string> => {
          const answers = [to.ipv4, to.ipv6].map((address) => from.netns.run([rawNetwork, 'ping', address]));
          return (await Promise.all(answers)).map((text) => text.trim()).join(' ');
        };
        const edge: AllowedEdge = { from: ['web'], to: ['db'], protocol: 'icmp' };
        const policy = { allow: [edge] };
        expect(await pings(db, web), 'without').toBe('answered answered');
        await bed.current().batch(planPolicy(policy, kind), kind === 'stateful' ? planBridgeCalls() : []);
        const members = [policyMember('web', web.attachment), policyMember('db', db.attachment)];
        for (const batch of planMembers(policy, kind, members)) await bed.current().batch(batch);
        expect(await pings(web, db)).toBe('answered answered');
        expect(await pings(db, web), 'another direction').toBe('silent silent');
        await bed.current().batch(policyTables(policy, kind).map(deleteTable));
      },
    );
  },
);
