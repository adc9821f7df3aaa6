import { expect, test } from 'vitest';
import type { ContainerSpec } from '../../../../src/core/container.ts';
import type { Container } from '../../../../src/core/engine.ts';
import { describeRequiring } from '../../../requires.ts';
import { on, processSpec } from '../../contract/container-spec.ts';
import { finish, inSandbox, never } from '../../contract/contract-kit.ts';
import { advertisementFrame, arpRequestFrame, icmpErrorFrame, type Station, udpFrame } from './frames.ts';
import { addressOf, openNetworkBed, runIn } from './network-bed.ts';
import { reached, type Speaker, server, withPolicy } from './policy-bed.ts';
import { compileRawNetwork } from './raw-network.ts';

let rawNetwork = '';
const subject = openNetworkBed((directory) => {
  rawNetwork = compileRawNetwork(directory); // where it lies in containers, too
  return [rawNetwork];
});

const rawRights = (...more: readonly string[]): Partial<ContainerSpec> => {
  const base = processSpec(['sleep', '1000']);
  return { process: { ...base, capabilities: [...base.capabilities, ...more] } };
};

describeRequiring(['userns', 'overlay', 'net', 'ipv6', 'policies-stateful'], 'members that lie (R12)', () => {
  /** \`evil\` may open db:7001/udp, web may open db:7000/udp. */
  const world = withPolicy(
    { from: ['web'], to: ['db'], protocol: 'udp', port: 7000 },
    { from: ['evil'], to: ['db'], protocol: 'udp', port: 7001 },
  );

  const stationOf = (container: Container, family: 'ipv4' | 'ipv6'): Station => ({
    mac: container.networks[0]?.mac ?? '',
    address: addressOf(container, 'back', family),
  });

  async function lies(
    family: 'ipv4' | 'ipv6',
    body: (parts: {
      readonly web: Speaker;
      readonly db: Speaker;
      readonly evil: Container;
      readonly stations: { readonly web: Station; readonly db: Station; readonly evil: Station };
      readonly send: (...frames: readonly string[]) => Promise<void>;
    }) => Promise<void>,
  ): Promise<void> {
    await inSandbox(
      subject,
      async (bench) => {
        const [web, db] = await Promise.all([server(bench, 'web'), server(bench, 'db')]);
        const evil = await bench.start('evil', ['sleep', '1000'], {
          ...on('back'),
          ...rawRights('NET_RAW', 'NET_ADMIN'),
        });
        const stations = {
          web: stationOf(web.container, family),
          db: stationOf(db.container, family),
          evil: stationOf(evil, family),
        };
        const send = async (...frames: readonly string[]): Promise<void> => {
          const process = processSpec([rawNetwork, 'send', 'eth0', ...frames], {
            capabilities: [...processSpec([]).capabilities, 'NET_RAW'],
          });
          const { status, stderr } = await finish(await evil.exec(process, never));
          expect({ code: status.code, stderr }).toEqual({ code: 0, stderr: '' });
        };
        await body({ web, db, evil, stations, send });
      },
      world,
    );
  }

  test.each(['ipv4', 'ipv6'] as const)('R12 nobody sends as another, and no frame slips past: %s', (family) =>
    lies(family, async ({ web, db, stations, send }) => {
      const { web: victim, db: target, evil } = stations;
      const everyone = 'ff:ff:ff:ff:ff:ff';
      await send(
        udpFrame(victim, target, 7000, 'as web'),
        udpFrame({ ...victim, mac: evil.mac }, target, 7000, 'with its address'),
        udpFrame({ ...evil, mac: victim.mac }, target, 7001, 'with its hardware address'),
        udpFrame(evil, target, 7000, 'as itself'),
        udpFrame(evil, target, 7000, 'behind a tag', { isTagged: true }),
        udpFrame(victim, target, 7000, 'as web behind a tag', { isTagged: true }),
        udpFrame(evil, target, 7001, 'to everyone', { etherDestination: everyone }),
        udpFrame(evil, { ...target, mac: victim.mac }, 7001, 'to web, for db'),
        udpFrame(evil, target, 7001, 'honest'),
      );
      await db.hears('got honest');
      expect(
        db
          .heard()
          .match(/got .*/g)
          ?.map((line) => line.trim()),
      ).toEqual(['got honest']);
      expect(web.heard()).not.toContain('got');
    }),
  );

  test.each(['ipv4', 'ipv6'] as const)('R12 nobody takes the place of another: %s', (family) =>
    lies(family, async ({ web, db, evil, stations, send }) => {
      const { web: victim, db: target, evil: own } = stations;
      const claimed = { mac: own.mac, address: victim.address };
      const forged =
        family === 'ipv4'
          ? [arpRequestFrame(claimed, target), arpRequestFrame(claimed, target, { etherSource: victim.mac })]
          : [
              advertisementFrame(own, claimed, target),
              advertisementFrame(victim, claimed, target),
              advertisementFrame(victim, claimed, target, { etherSource: own.mac }),
              advertisementFrame(claimed, claimed, target),
            ];
      const ask = `udp ${target.address} 7000`;
      // An ARP request is believed by who knows nothing yet; an advertisement overrides what is known.
      if (family === 'ipv6') expect(await reached(web.container, ask)).toEqual(['echo']);
      await send(...forged, udpFrame(own, target, 7001, 'honest'));
      await db.hears('got honest');
      const { stdout: known } = await runIn(db.container, ['cat', '/proc/net/arp']);
      expect(known.split('\n').filter((line) => line.startsWith(`${victim.address} `))).toEqual([]);
      expect(await reached(web.container, ask), 'answers still find web').toEqual(['echo']);
      expect(await reached(evil, ask)).toEqual(['silent']);
    }),
  );

  test('R12 an ICMP error comes from who it speaks of, or not at all', () =>
    lies('ipv4', async ({ web, db, stations, send }) => {
      const { web: victim, db: target, evil } = stations;
      const ask = `
        const socket = require('node:dgram').createSocket('udp4');
        socket.bind(9001, () => socket.connect(7000, '${target.address}', () => socket.send('ask?')));
        socket.once('message', () => console.log('ready'));
        socket.on('error', ({ code }) => { console.log(code); process.exit(); });
        setTimeout(() => { console.log('well'); process.exit(); }, 1500);`;
      const asking = runIn(web.container, ['node', '-e', ask]);
      await db.hears('got ask?');
      await send(icmpErrorFrame(evil, victim, target, [9001, 7000]));
      expect((await asking).stdout.trim().split('\n')).toEqual(['ready', 'well']);
    }));
});
