import { describe, expect, test } from 'vitest';
import {
  cutTable,
  lossTable,
  resetTable,
} from '../../../../../src/engine/linux/net/netfilter/line-tables.ts';
import { deleteTable } from '../../../../../src/engine/linux/net/netfilter/table.ts';
import { countEchoes } from '../count-echoes.ts';
import { ip } from '../network-builders.ts';
import { obstacle } from '../network-sandbox.ts';
import { type FilterMember, openFilterBed } from './filter-bed.ts';

const probes = 1_000;

const echo = (): string => `
  const dgram = require('node:dgram');
  for (const type of ['udp4', 'udp6']) {
    const socket = dgram.createSocket({ type, ipv6Only: type === 'udp6', recvBufferSize: 1 << 20 });
    socket.on('message', (text, { port, address }) => socket.send(text, port, address)).bind(7);
  }
  require('node:net').createServer((peer) => peer.on('error', () => {}).pipe(peer)).listen(7, '::', () => console.log('up'));`;

/** \`connected\`, or the error, or \`silent\`. */
const dial = (host: string): string => `
  const socket = require('node:net').connect(7, '${host}', () => { console.log('connected'); process.exit(); });
  socket.on('error', ({ code }) => { console.log(code); process.exit(); });
  setTimeout(() => { console.log('silent'); process.exit(); }, 700);`;

describe.skipIf(obstacle !== undefined)(
  `tables of lines in the kernel${obstacle === undefined ? '' : ` (${obstacle})`}`,
  () => {
    const bed = openFilterBed();

    async function pair(): Promise<readonly [FilterMember, FilterMember]> {
      const [one, two] = [await bed.current().member(), await bed.current().member()];
      const { output } = await bed.current().sandbox.start([process.execPath, '-e', echo()], two.netns.slot);
      await new Promise((resolve) => output.once('data', resolve));
      return [one, two];
    }

    const dialled = async (from: FilterMember, host: string): Promise<string> =>
      (await from.netns.node(dial(host))).trim();

    const echoes = async (from: FilterMember, host: string): Promise<number> =>
      Number(await from.netns.node(countEchoes(host, probes)));

    test('a cut line carries nothing, that way only, and carries it again afterwards', async () => {
      const [one, two] = await pair();
      const [, other] = await pair();
      await bed.current().batch(cutTable('cut', [{ from: one.port, to: two.port }]));
      for (const family of ['ipv4', 'ipv6'] as const) {
        expect(await dialled(one, two[family])).not.toBe('connected');
        expect(await dialled(one, other[family])).toBe('connected');
      }
      await bed.current().batch([deleteTable({ family: 'bridge', name: 'cut' })]);
      for (const family of ['ipv4', 'ipv6'] as const)
        expect(await dialled(one, two[family])).toBe('connected');
    });

    test.each(['ipv4', 'ipv6'] as const)(
      'the share that is lost is the share that was said: %s',
      async (family) => {
        const [one, two] = await pair();
        expect(await echoes(one, two[family]), 'without').toBe(probes);
        const share = 0.3;
        await bed.current().batch(lossTable('loss', [{ from: one.port, to: two.port }], share));
        const lost = 1 - (await echoes(one, two[family])) / probes;
        await bed.current().batch([deleteTable({ family: 'bridge', name: 'loss' })]);
        // Five standard deviations of a binomial distribution.
        const margin = 5 * Math.sqrt((share * (1 - share)) / probes);
        expect(Math.abs(lost - share)).toBeLessThan(margin);
      },
    );

    test('a line is cut among ten thousand that are', async () => {
      const [one, two] = await pair();
      const many = Array.from({ length: 10_000 }, (_, at) => ({ from: 1_000_000 + at, to: two.port }));
      await bed.current().batch(cutTable('many', [...many, { from: one.port, to: two.port }]));
      expect(await dialled(one, two.ipv4)).toBe('silent');
      await bed.current().batch([deleteTable({ family: 'bridge', name: 'many' })]);
      expect(await dialled(one, two.ipv4)).toBe('connected');
    });

    test.each(['ipv4', 'ipv6'] as const)('a reset is heard at once by who sent: %s', async (family) => {
      const [one, two] = await pair();
      const lines = [{ from: ip(one[family]), to: ip(two[family]) }];
      expect(await dialled(one, two[family])).toBe('connected');
      await bed.current().batch(resetTable('reset', lines), bed.current().planResets());
      expect(await dialled(one, two[family])).toBe('ECONNREFUSED');
      await bed.current().batch([deleteTable({ family: 'inet', name: 'reset' })]);
      expect(await dialled(one, two[family])).toBe('connected');
    });
  },
);
