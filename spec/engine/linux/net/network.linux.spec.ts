import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dnsResponder } from '../../../../src/engine/linux/net/dns/dns-responder.ts';
import { planDns } from '../../../../src/engine/linux/net/dns/plan-dns.ts';
import { type DnsServer, serveDns } from '../../../../src/engine/linux/net/dns/serve-dns.ts';
import { planEgressRoutes } from '../../../../src/engine/linux/net/egress/plan-egress-routes.ts';
import type { NetlinkMessage } from '../../../../src/engine/linux/net/netlink/message.ts';
import { newRoute } from '../../../../src/engine/linux/net/netlink/route.ts';
import {
  type Attachment,
  planConnect,
  planContainerNetwork,
  planDisconnect,
} from '../../../../src/engine/linux/net/plan-attach.ts';
import { planDial } from '../../../../src/engine/linux/net/plan-dial.ts';
import { parseListening, planListening } from '../../../../src/engine/linux/net/plan-listening.ts';
import { type NetworkSlots, planNetwork } from '../../../../src/engine/linux/net/plan-network.ts';
import type { Slot } from '../../../../src/engine/linux/tape/op.ts';
import { connectScript } from './connect-script.ts';
import { attachment, cidr, ip } from './network-builders.ts';
import { type Netns, NetworkSandbox, obstacle } from './network-sandbox.ts';

describe.skipIf(obstacle !== undefined)(
  `networks in the kernel${obstacle === undefined ? '' : ` (${obstacle})`}`,
  () => {
    let sandbox: NetworkSandbox;
    let front: NetworkSlots;
    let back: NetworkSlots;
    let client: Netns;
    let web: Netns;
    let db: Netns;
    let scratch: { readonly scratchNamespace: Slot; readonly scratchSocket: Slot };
    let server: DnsServer;
    const sysctls = { ipv6: true, singleId: true, declared: { 'net.core.somaxconn': '99' } };

    const place = (
      on: NetworkSlots,
      port: number,
      interfaceNumber: number,
      ipv4: string,
      ipv6: string,
    ): Attachment =>
      attachment(on === front ? 'front' : 'back', on.socket, { port, interfaceNumber, ipv4, ipv6 });

    const attach = (netns: Netns, ...attachments: readonly Attachment[]): Promise<unknown> =>
      sandbox.perform(planContainerNetwork({ container: netns.slot, ...scratch }, sysctls, attachments));

    beforeAll(async () => {
      sandbox = NetworkSandbox.open();
      scratch = { scratchNamespace: sandbox.slot(), scratchSocket: sandbox.slot() };
      front = { namespace: sandbox.slot(), socket: sandbox.slot() };
      back = { namespace: sandbox.slot(), socket: sandbox.slot() };
      await sandbox.perform([...planNetwork(front, true)]);
      await sandbox.perform([...planNetwork(back, true)]);
      [client, web, db] = [await sandbox.container(), await sandbox.container(), await sandbox.container()];
      await attach(client, place(front, 0, 0, '10.1.0.2/24', 'fd01::2/64'));
      await attach(
        web,
        place(front, 1, 0, '10.1.0.3/24', 'fd01::3/64'),
        place(back, 0, 1, '10.2.0.3/24', 'fd02::3/64'),
      );
      await attach(db, place(back, 1, 0, '10.2.0.4/24', 'fd02::4/64'));
      server = await startDns();
    });

    afterAll(async () => {
      server.close();
      await sandbox.close();
    });

    async function startDns(): Promise<DnsServer> {
      const [datagramStream, listenerStream] = [sandbox.client.nextStream(), sandbox.client.nextStream()];
      const ports = {
        datagrams: sandbox.client.datagrams(datagramStream),
        listener: sandbox.client.listener(listenerStream),
      };
      const members = [
        {
          container: 'client',
          names: [],
          attachments: [{ network: 'front', aliases: [], ipv4: '10.1.0.2' }],
        },
        ...Array.from({ length: 60 }, (_, at) => ({
          container: `w${at}`,
          names: [],
          attachments: [{ network: 'front', aliases: ['web'], ipv4: `10.1.0.${at + 3}` }],
        })),
        { container: 'db', names: [], attachments: [{ network: 'back', aliases: [], ipv4: '10.2.0.4' }] },
      ];
      const started = serveDns(ports, dnsResponder({ asker: 'client', members: () => members, seed: 1 }));
      await sandbox.perform(
        planDns(client.slot, {
          datagrams: sandbox.slot(),
          listener: sandbox.slot(),
          datagramStream,
          listenerStream,
        }),
      );
      return started;
    }

    test('a network has a bridge and its ports, up, and no address at all', async () => {
      const { links, addresses } = await sandbox.facts(front.namespace);
      expect(
        links
          .filter(({ type }) => type !== undefined)
          .map(({ name, type, up, master }) => ({ name, type, up, master })),
      ).toEqual([
        { name: 'br0', type: 'bridge', up: true, master: undefined },
        { name: 'port0', type: 'veth', up: true, master: 1000 },
        { name: 'port1', type: 'veth', up: true, master: 1000 },
      ]);
      expect(addresses).toEqual([]);
    });

    test('a member has loopback and its addresses, none of its own making, and no default route', async () => {
      const { links, addresses, routes } = await sandbox.facts(web.slot);
      expect(links.filter(({ up }) => up).map(({ name, mac }) => [name, mac])).toEqual([
        ['lo', '00:00:00:00:00:00'],
        ['eth0', '02:42:0a:01:00:03'],
        ['eth1', '02:42:0a:02:00:03'],
      ]);
      expect([...addresses].sort()).toEqual([
        '10.1.0.3/24',
        '10.2.0.3/24',
        '127.0.0.1/8',
        '::1/128',
        'fd01::3/64',
        'fd02::3/64',
      ]);
      expect(routes.filter(({ destination }) => destination.prefixLength === 0)).toEqual([]);
    });

    test('settings are those of the namespace, not of whoever wrote them', async () => {
      const names = [
        'net/ipv4/ip_forward',
        'net/ipv4/conf/all/rp_filter',
        'net/ipv4/ping_group_range',
        'net/ipv4/ip_unprivileged_port_start',
        'net/ipv6/conf/eth0/accept_ra',
        'net/ipv6/conf/eth0/addr_gen_mode',
        'net/core/somaxconn',
      ];
      const read = `for (const name of ${JSON.stringify(names)}) console.log(require('node:fs').readFileSync('/proc/sys/' + name, 'utf8').trim())`;
      expect((await web.node(read)).trim().split('\n')).toEqual(['0', '1', '0\t0', '0', '0', '1', '99']);
    });

    test('members reach each other over IPv4 and IPv6 at once; others are unreachable', async () => {
      const targets = [
        ['10.1.0.3', 80],
        ['fd01::3', 80],
        ['10.2.0.3', 80],
        ['10.2.0.4', 80],
        ['fd02::4', 80],
        ['192.0.2.1', 80],
      ] as const;
      const seen = (await client.node(connectScript(targets))).trim().split('\n').sort();
      expect(seen).toEqual([
        '10.1.0.3 ECONNREFUSED',
        '10.2.0.3 ENETUNREACH',
        '10.2.0.4 ENETUNREACH',
        '192.0.2.1 ENETUNREACH',
        'fd01::3 ECONNREFUSED',
        'fd02::4 ENETUNREACH',
      ]);
    });

    test('a container on two networks does not route between them, even for those who send it there', async () => {
      const [left, between, right] = [
        await sandbox.container(),
        await sandbox.container(),
        await sandbox.container(),
      ];
      await attach(left, place(front, 20, 0, '10.1.0.20/24', 'fd01::20/64'));
      await attach(
        between,
        place(front, 21, 0, '10.1.0.21/24', 'fd01::21/64'),
        place(back, 21, 1, '10.2.0.21/24', 'fd02::21/64'),
      );
      await attach(right, place(back, 20, 0, '10.2.0.20/24', 'fd02::20/64'));
      const via = (destination: string, gateway: string): NetlinkMessage =>
        newRoute({ kind: 'to', destination: cidr(destination), gateway: ip(gateway), index: 1001 });
      await sandbox.configure([via('10.2.0.0/24', '10.1.0.21')], left.slot);
      await sandbox.configure([via('10.1.0.0/24', '10.2.0.21')], right.slot);
      const probe = connectScript([['10.2.0.20', 80]]);
      expect(await left.node(probe)).toMatch(/timeout|EHOSTUNREACH/);
      // The positive control: only this setting stood in the way.
      await between.node(`require('node:fs').writeFileSync('/proc/sys/net/ipv4/ip_forward', '1')`);
      expect(await left.node(probe)).toBe('10.2.0.20 ECONNREFUSED\n');
    });

    test('names are asked over UDP and, when the answer is large, over TCP; unknown ones are refused at once', async () => {
      const ask = `
      const { Resolver } = require('node:dns').promises;
      const resolver = new Resolver({ timeout: 3000, tries: 1 });
      resolver.setServers(['127.0.0.11']);
      (async () => {
        console.log((await resolver.resolve4('web')).length);
        for (const name of ['db', 'nobody']) await resolver.resolve4(name).catch((error) => console.log(name, error.code));
      })();`;
      expect((await client.node(ask)).trim().split('\n')).toEqual(['60', 'db ENOTFOUND', 'nobody ENOTFOUND']);
    });

    test('sockets that wait are seen in both families, Mayfly’s name server is not, and seeing them disturbs nobody', async () => {
      const script = `
      const net = require('node:net'), dgram = require('node:dgram');
      let accepted = 0;
      const a = net.createServer(() => { accepted += 1; }).listen(8080, '::');
      const b = net.createServer().listen(8081, '127.0.0.1');
      const c = dgram.createSocket('udp4').bind(5353, '10.1.0.2');
      const d = dgram.createSocket('udp6').bind({ port: 5354, address: 'fd01::2' });
      const stop = net.createServer(() => { console.log('accepted', accepted); process.exit(); }).listen(8082, '10.1.0.2', () => console.log('ready'));`;
      const done = client.node(script);
      const listening = async (): Promise<string[]> => {
        const replies = await sandbox.perform(planListening(client.slot, scratch.scratchSocket, true));
        return parseListening(replies, true)
          .map(({ protocol, address, port }) => `${protocol} ${address} ${port}`)
          .sort();
      };
      let seen = await listening();
      while (seen.length < 5) seen = await listening();
      expect(seen).toEqual([
        'tcp 10.1.0.2 8082',
        'tcp 127.0.0.1 8081',
        'tcp :: 8080',
        'udp 10.1.0.2 5353',
        'udp fd01::2 5354',
      ]);
      const stream = await dial(web, '10.1.0.2', 8082);
      await done.then((text) => expect(text).toContain('accepted 0'));
      stream.destroy();
    });

    async function dial(from: Netns, address: string, port: number): Promise<Duplex> {
      const stream = sandbox.client.nextStream();
      const duplex = sandbox.client.duplex(stream, { readable: true, writable: true });
      const connected = once(duplex, 'connect');
      await sandbox.perform(
        planDial({
          container: from.slot,
          to: { ip: ip(address), port },
          protocol: 'tcp',
          scratch: sandbox.slot(),
          stream,
        }),
      );
      await connected;
      return duplex;
    }

    test('connect adds a network to a running container, disconnect takes it away, with another port each time', async () => {
      for (const port of [5, 6]) {
        const another = place(back, port, 1, '10.2.0.9/24', 'fd02::9/64');
        await sandbox.perform(planConnect({ container: client.slot, ...scratch }, another));
        expect(
          await client.node(
            connectScript([
              ['10.2.0.4', 80],
              ['fd02::4', 80],
            ]),
          ),
        ).toMatch(/(.* ECONNREFUSED\n){2}/);
        await sandbox.perform(planDisconnect(another));
        expect(await client.node(connectScript([['10.2.0.4', 80]]))).toContain('ENETUNREACH');
      }
      expect((await sandbox.facts(client.slot)).addresses).not.toContain('10.2.0.9/24');
    });

    test('routes that refuse are taken by the kernel, in both families', async () => {
      await sandbox.perform(
        planEgressRoutes(db.slot, sandbox.slot(), [ip('192.0.2.2'), ip('2001:db8::2')], true),
      );
      const seen = await db.node(
        connectScript([
          ['169.254.169.254', 80],
          ['192.0.2.2', 80],
          ['fd00:ec2::254', 80],
          ['2001:db8::2', 80],
        ]),
      );
      expect(seen.trim().split('\n').sort()).toEqual([
        '169.254.169.254 EHOSTUNREACH',
        '192.0.2.2 EHOSTUNREACH',
        '2001:db8::2 EHOSTUNREACH',
        'fd00:ec2::254 EHOSTUNREACH',
      ]);
    });

    test('a refused message says which operation and why', async () => {
      const again = planContainerNetwork({ container: db.slot, ...scratch }, sysctls, [
        place(back, 1, 0, '10.2.0.4/24', 'fd02::4/64'),
      ]);
      await expect(sandbox.perform(again)).rejects.toMatchObject({
        code: 'LAUNCH_FAILED',
        message: expect.stringContaining('EEXIST'),
      });
    });
  },
);
