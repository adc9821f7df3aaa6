import { afterAll, expect, test } from 'vitest';
import type { JsonObject } from '../../../../src/core/json.ts';
import { describeAsRoot, describeWithPrograms } from '../../../requires.ts';
import { ClosedWorld, hasTun } from './closed-world.ts';

const also = ['host', 'gateway', 'internet', 'metadata', 'ipv6-link-local'];

/** One service on a network, in a world of the test's own: nothing goes beyond it. */
function scenario(egress: boolean, connectivity: JsonObject): string {
  return JSON.stringify({
    name: egress ? 'open' : 'sealed',
    images: { tools: { host: ['sleep'] } },
    networks: { net: { egress } },
    services: { one: { image: 'tools', command: ['sleep', 'infinity'], networks: ['net'] } },
    steps: [{ connectivity }],
  });
}

const needed = ['unshare', 'nsenter', 'ip'];

describeAsRoot(['userns', 'overlay', 'net', 'ipv6'], 'places outside, in a world made for the test', () => {
  const world = new ClosedWorld();
  afterAll(() => world.remove());

  describeWithPrograms(needed, [], 'from a sealed network', () => {
    test('host, gateway, internet, metadata and link-local neighbours are closed to every protocol (R23)', async () => {
      const rules = { deny: ['one -> internet:8080', 'one -> internet:53/udp', 'one -> host/icmp'] };
      const file = world.write('sealed.yaml', scenario(false, { also, ...rules }));
      const { status, text } = await world.mayfly(['test', file]);
      expect(status, text).toBe(0);
    });

    test('the host that is allowed, and cannot be reached, is a failure', async () => {
      const file = world.write(
        'closed.yaml',
        scenario(false, { also: ['host'], allow: ['one -> host:8080'] }),
      );
      const { status, text } = await world.mayfly(['test', file]);
      expect(status, text).toBe(1);
      expect(text).toContain(
        'one -> host:8080/tcp over IPv4 and IPv6 is too closed: 198.51.100.10: ENETUNREACH, nothing was sent',
      );
    });
  });

  describeWithPrograms(
    [...needed, 'pasta'],
    [],
    `from a network with egress${hasTun() ? '' : ' (needs /dev/net/tun)'}`,
    () => {
      test.skipIf(!hasTun())('the internet answers, and what is denied but answers is found', async () => {
        const open = { also: ['internet', 'metadata'], allow: ['one -> internet:8080'], families: [4] };
        const file = world.write('open.yaml', scenario(true, open));
        const { status, text } = await world.mayfly(['test', file]);
        expect(status, text).toBe(0);
        const shut = { also: ['internet'], deny: ['one -> internet:8080'] };
        const denied = await world.mayfly(['test', world.write('denied.yaml', scenario(true, shut))]);
        expect(denied.status, denied.text).toBe(1);
        expect(denied.text).toContain(
          'one -> internet:8080/tcp over IPv4 and IPv6 is too open: 1.1.1.1: was answered',
        );
      });
    },
  );
});
