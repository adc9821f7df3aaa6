import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pastaArguments } from '../../../../../src/engine/linux/net/egress/pasta-arguments.ts';
import { planEgressRoutes } from '../../../../../src/engine/linux/net/egress/plan-egress-routes.ts';
import { renderIp } from '../../../../../src/engine/linux/net/ip.ts';
import { newAddress } from '../../../../../src/engine/linux/net/netlink/address.ts';
import { netNsFdOffset, newVeth, setLink } from '../../../../../src/engine/linux/net/netlink/link.ts';
import { encodeMessages, type NetlinkMessage } from '../../../../../src/engine/linux/net/netlink/message.ts';
import { newRoute } from '../../../../../src/engine/linux/net/netlink/route.ts';
import { openNetlink } from '../../../../../src/engine/linux/net/open-netlink.ts';
import { planContainerNetwork } from '../../../../../src/engine/linux/net/plan-attach.ts';
import { openOwnNetworkNamespace } from '../../../../../src/engine/linux/net/plan-network.ts';
import { connectScript } from '../connect-script.ts';
import { ip, member } from '../network-builders.ts';
import { type Netns, NetworkSandbox, obstacle, type Started } from '../network-sandbox.ts';

function pastaObstacle(): string | undefined {
  if (obstacle !== undefined) return obstacle;
  if (spawnSync('pasta', ['--version']).status !== 0) return 'pasta is not installed';
  try {
    accessSync('/dev/net/tun', constants.R_OK | constants.W_OK);
    return undefined;
  } catch {
    return '/dev/net/tun cannot be opened';
  }
}

const missing = pastaObstacle();

const hostAddresses = ['198.51.100.10/24', '2001:db8:1::10/64'];
const outside = ['203.0.113.5/32', '203.0.113.6/32', '169.254.169.254/32', '2001:db8:5::5/128'];

/** The sandbox's own network namespace stands in for the host: an uplink with default routes, and addresses "outside" on its loopback. */
async function makeStandInHost(sandbox: NetworkSandbox): Promise<void> {
  const [own, socket] = [sandbox.slot(), sandbox.slot()];
  const pair = encodeMessages([newVeth({ index: 50, name: 'up0' }, { index: 51, name: 'up1' })]);
  await sandbox.perform([
    openOwnNetworkNamespace(own),
    openNetlink('route', socket),
    {
      kind: 'netlinkWithFd',
      slot: socket,
      messages: pair,
      fdOffset: netNsFdOffset(pair),
      fdSlot: own,
      reply: 0,
    },
  ]);
  const address = (index: number, text: string): NetlinkMessage =>
    newAddress(index, member(text).address, member(text).subnet);
  await sandbox.configure([
    ...[1, 50, 51].map((index) => setLink(index, { up: true })),
    ...hostAddresses.map((text) => address(50, text)),
    ...outside.map((text) => address(1, text)),
    ...['198.51.100.1', '2001:db8:1::1'].map((gateway) =>
      newRoute({ kind: 'default', gateway: ip(gateway), index: 50 }),
    ),
  ]);
}

const servers = `
  const net = require('node:net');
  const addresses = ['203.0.113.5', '203.0.113.6', '169.254.169.254', '127.0.0.1', '2001:db8:5::5'];
  let listening = 0;
  for (const host of addresses) net.createServer((socket) => socket.end()).listen(8080, host, () => { if (++listening === addresses.length) console.log('ready'); });`;

describe.skipIf(missing !== undefined)(
  `egress through pasta${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    let sandbox: NetworkSandbox;
    let container: Netns;
    let pasta: Started;

    beforeAll(async () => {
      sandbox = NetworkSandbox.open();
      await makeStandInHost(sandbox);
      await once((await sandbox.start([process.execPath, '-e', servers])).output, 'data');
      container = await sandbox.container();
      const scratch = { scratchNamespace: sandbox.slot(), scratchSocket: sandbox.slot() };
      await sandbox.perform(
        planContainerNetwork(
          { container: container.slot, ...scratch },
          { ipv6: true, singleId: true, declared: {} },
          [],
        ),
      );
      await sandbox.perform(
        planEgressRoutes(
          container.slot,
          sandbox.slot(),
          ['198.51.100.10', '203.0.113.6', '2001:db8:1::10'].map(ip),
          true,
        ),
      );
      const namespaces = `/proc/${container.pid}/ns`;
      const target = {
        userNamespace: `${namespaces}/user`,
        networkNamespace: `${namespaces}/net`,
        root: false,
      };
      pasta = await sandbox.start(['pasta', ...pastaArguments(target)]);
    });

    afterAll(() => sandbox.close());

    test('it says with one line that all is set up: its pid', async () => {
      const [line] = await once(pasta.output, 'data');
      expect(String(line)).toBe(`${await pasta.process.started}\n`);
      const { links, routes } = await sandbox.facts(container.slot);
      const egress = links.find(({ name }) => name === 'egress0')?.index;
      const defaults = routes.filter(
        ({ destination, index }) => destination.prefixLength === 0 && index === egress,
      );
      expect(defaults.map(({ gateway }) => gateway && renderIp(gateway))).toEqual([
        '198.51.100.1',
        '2001:db8:1::1',
      ]);
    });

    test('the outside is reached over IPv4 and IPv6; metadata, other addresses of the host and its loopback are not', async () => {
      const addresses = [
        '203.0.113.5',
        '2001:db8:5::5',
        '169.254.169.254',
        '203.0.113.6',
        '198.51.100.10',
        '127.0.0.1',
        '198.51.100.1',
      ];
      const seen = await container.node(connectScript(addresses.map((address) => [address, 8080])));
      expect(seen.trim().split('\n').sort()).toEqual([
        '127.0.0.1 ECONNREFUSED',
        '169.254.169.254 EHOSTUNREACH',
        // The gateway: without --no-map-gw it would be the host's loopback.
        '198.51.100.1 timeout',
        '198.51.100.10 ECONNREFUSED',
        '2001:db8:5::5 connected',
        '203.0.113.5 connected',
        '203.0.113.6 EHOSTUNREACH',
      ]);
    });

    test('nothing of the container is reached from outside', async () => {
      const listening = await sandbox.start(
        [
          process.execPath,
          '-e',
          `require('node:net').createServer().listen(9000, '::', () => console.log('ready'))`,
        ],
        container.slot,
      );
      await once(listening.output, 'data');
      const { output } = await sandbox.start([
        process.execPath,
        '-e',
        connectScript([
          ['127.0.0.1', 9000],
          ['198.51.100.10', 9000],
        ]),
      ]);
      let seen = '';
      for await (const chunk of output) seen += String(chunk);
      expect(seen).toMatch(/^(.* ECONNREFUSED\n){2}$/);
    });
  },
);
