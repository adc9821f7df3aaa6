import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import type { Container } from '../../../../src/core/engine.ts';
import type { FaultSpec } from '../../../../src/core/fault.ts';
import { describeRequiring } from '../../../requires.ts';
import { on, processSpec } from '../../contract/container-spec.ts';
import { type Bench, codeOf, firstOutput, inSandbox, never } from '../../contract/contract-kit.ts';
import { openNetworkBed, runIn } from '../network/network-bed.ts';

const subject = openNetworkBed(() => []);
const networks = { networks: [{ name: 'front', egress: false }] };

/** Sends back every datagram and every byte, on port 7 and on port 8. */
const echo = `
  const dgram = require('node:dgram');
  for (const type of ['udp4', 'udp6']) {
    const socket = dgram.createSocket({ type, ipv6Only: type === 'udp6', recvBufferSize: 1 << 20 });
    socket.on('message', (text, { port, address }) => socket.send(text, port, address)).bind(7);
  }
  const serve = (port, then) =>
    require('node:net').createServer((peer) => peer.on('error', ({ code }) => console.log(code)).pipe(peer)).listen(port, '::', then);
  serve(7, () => serve(8, () => console.log('up')));`;

/** How many of so many datagrams came back, late ones too; each is sent when the one before has come, or has not for a while. */
const countEchoes = (host: string, count: number): string => `
  const socket = require('node:dgram').createSocket('udp4');
  let back = 0, sent = 0, wait;
  const next = () => {
    clearTimeout(wait);
    if (sent === ${count}) return setTimeout(() => { console.log(back); process.exit(); }, 300);
    sent += 1;
    socket.send(String(sent), 7, host);
    wait = setTimeout(next, 4);
  };
  let host;
  socket.on('message', (text) => { back += 1; if (Number(text) === sent) next(); });
  require('node:dns').lookup('${host}', { family: 4 }, (error, address) => { host = address; next(); });`;

/** `connected`, the error, or `silent`. */
const dial = (host: string, port: number): string => `
  const socket = require('node:net').connect(${port}, '${host}', () => { console.log('connected'); process.exit(); });
  socket.on('error', ({ code }) => { console.log(code); process.exit(); });
  setTimeout(() => { console.log('silent'); process.exit(); }, 1000);`;

/** A connection over which nothing is said once it is there; then what became of it. */
const keepOpen = (host: string, port: number, family: 4 | 6): string => `
  const socket = require('node:net').connect({ port: ${port}, host: '${host}', family: ${family} });
  socket.once('data', () => console.log('open')).on('connect', () => socket.write('x'));
  socket.on('error', ({ code }) => { console.log(code); process.exit(); });`;

const nodeIn = async (container: Container, script: string): Promise<string> =>
  (await runIn(container, ['node', '-e', script])).stdout.trim();
const dialled = (from: Container, host: string, port = 7): Promise<string> => nodeIn(from, dial(host, port));

async function startEcho({ start }: Bench, name: string, ...names: readonly string[]): Promise<Container> {
  const container = await start(name, ['node', '-e', echo], on(...names));
  await firstOutput(container.main.stdout);
  return container;
}

interface Open {
  /** All that it has said, once it has ended. */
  readonly said: Promise<string>;
  stop(): Promise<void>;
}

/** A connection that is there when this resolves. */
async function open(from: Container, script: string): Promise<Open> {
  const process = await from.exec(processSpec(['node', '-e', script]), never);
  const said = text(process.stdout);
  const begun = new Promise((resolve) => process.stdout.once('data', resolve));
  await Promise.race([begun, said]);
  return { said, stop: () => process.kill('SIGKILL') };
}

/** Three that can all reach each other. */
function withThree(
  body: (bench: Bench, three: Readonly<Record<'one' | 'two' | 'three', Container>>) => Promise<void>,
): Promise<void> {
  return inSandbox(
    subject,
    async (bench) => {
      const [one, two, three] = await Promise.all(
        ['one', 'two', 'three'].map((name) => startEcho(bench, name, 'front')),
      );
      if (one === undefined || two === undefined || three === undefined)
        throw new Error('three were started');
      await body(bench, { one, two, three });
    },
    networks,
  );
}

const begin = ({ sandbox }: Bench, spec: FaultSpec) => sandbox.fault(spec, never);

describeRequiring(['userns', 'overlay', 'net', 'fault-filter'], 'partitions (R25)', () => {
  test('R25 partition: nothing passes between the sides, open connections starve and go on, others notice nothing', () =>
    withThree(async (bench, { one, two, three }) => {
      const talking = await open(one, talk('two'));
      const fault = await begin(bench, {
        kind: 'partition',
        cuts: [
          { from: ['one'], to: ['two', 'three'] },
          { from: ['two', 'three'], to: ['one'] },
        ],
      });
      expect(await dialled(one, 'two')).toBe('silent');
      expect(await dialled(two, 'one')).toBe('silent');
      expect(await dialled(three, 'one')).toBe('silent');
      expect(await dialled(two, 'three')).toBe('connected');
      await fault[Symbol.asyncDispose]();
      for (const host of ['two', 'three']) expect(await dialled(one, host)).toBe('connected');
      await runIn(one, ['mkdir', '/enough']);
      expect(await talking.said).toBe('open\nit goes on\n');
    }));

  test('R25 partition: one way only, over every network, also of who starts again or joins meanwhile', () =>
    inSandbox(
      subject,
      async (bench) => {
        const one = await startEcho(bench, 'one', 'front', 'back');
        const two = await startEcho(bench, 'two', 'front', 'back');
        const address = (network: string) =>
          two.networks.find((each) => each.network === network)?.ipv4 ?? '';
        const fault = await begin(bench, { kind: 'partition', cuts: [{ from: ['one'], to: ['two'] }] });
        expect(await dialled(one, address('front'))).toBe('silent');
        expect(await dialled(one, address('back'))).toBe('silent');
        // What two sends arrives, and what one would answer does not.
        const listening = await open(one, hear);
        await nodeIn(two, send('one'));
        expect(await listening.said).toBe('up\nheard\n');
        await two.stop(0);
        await two.start(never);
        await firstOutput(two.main.stdout);
        expect(await dialled(one, address('front')), 'after a restart').toBe('silent');
        for (const container of [one, two]) await container.connect('side');
        expect(await dialled(one, address('side')), 'on a network joined since').toBe('silent');
        await fault[Symbol.asyncDispose]();
        for (const network of ['front', 'back', 'side'])
          expect(await dialled(one, address(network))).toBe('connected');
      },
      { networks: ['front', 'back', 'side'].map((name) => ({ name, egress: false })) },
    ));

  test('R25 partition: of a delayed line, too, whichever begins first', () =>
    withThree(async (bench, { one }) => {
      const cut: FaultSpec = { kind: 'partition', cuts: [{ from: ['one'], to: ['two'] }] };
      const delay: FaultSpec = { kind: 'delay', containers: ['one'], delayMs: 5, jitterMs: 0 };
      for (const [first, second] of [
        [cut, delay],
        [delay, cut],
      ] as const) {
        const faults = [await begin(bench, first), await begin(bench, second)];
        expect(await dialled(one, 'two')).toBe('silent');
        expect(await dialled(one, 'three')).toBe('connected');
        for (const fault of faults) await fault[Symbol.asyncDispose]();
        expect(await dialled(one, 'two')).toBe('connected');
      }
    }));

  test('R25 those who share no network cannot be cut off from each other: FAULT_UNSUPPORTED', () =>
    inSandbox(
      subject,
      async (bench) => {
        await startEcho(bench, 'one', 'front');
        await startEcho(bench, 'two', 'back');
        expect(
          await codeOf(begin(bench, { kind: 'partition', cuts: [{ from: ['one'], to: ['two'] }] })),
        ).toBe('FAULT_UNSUPPORTED');
      },
      { networks: ['front', 'back'].map((name) => ({ name, egress: false })) },
    ));
});

/** Says something now and then until it is enough, and is heard to the last. */
const talk = (host: string): string => `
  const socket = require('node:net').connect(7, '${host}');
  let back = 0, sent = 0;
  const say = () => { sent += 1; socket.write('x'); setTimeout(say, 20); };
  socket.once('data', () => console.log('open')).on('connect', say).on('error', ({ code }) => { console.log(code); process.exit(); });
  socket.on('data', (data) => {
    back += data.length;
    if (back === sent && require('node:fs').existsSync('/enough')) { console.log('it goes on'); process.exit(); }
  });`;

const hear = `
  const socket = require('node:dgram').createSocket('udp4');
  socket.on('message', () => { console.log('heard'); process.exit(); }).bind(9, () => console.log('up'));`;

const send = (host: string): string => `
  const socket = require('node:dgram').createSocket('udp4');
  socket.send('x', 9, '${host}', () => process.exit())`;

describeRequiring(['userns', 'overlay', 'net', 'fault-filter'], 'lossy lines (R25)', () => {
  const datagrams = 1_500;

  /** As far from its mean as a binomial number of so many trials gets in one of a million cases. */
  const margin = (share: number): number => 4.9 * Math.sqrt((share * (1 - share)) / datagrams);

  const lossOf = async (from: Container, host: string): Promise<number> =>
    1 - Number(await nodeIn(from, countEchoes(host, datagrams))) / datagrams;

  test('R25 loss: the share that was said, in each direction; with peers, of what they exchange', () =>
    withThree(async (bench, { one, three }) => {
      expect(await lossOf(one, 'two'), 'without').toBe(0);
      const fault = await begin(bench, { kind: 'loss', containers: ['two'], peers: ['one'], percent: 20 });
      const share = 1 - 0.8 ** 2; // there and back
      expect(Math.abs((await lossOf(one, 'two')) - share)).toBeLessThan(margin(share));
      expect(await lossOf(three, 'two'), 'with others').toBe(0);
      await fault[Symbol.asyncDispose]();
      expect(await lossOf(one, 'two'), 'undone').toBe(0);
    }));

  test('R25 loss: once for each of two that are both named, and again for a second fault', () =>
    withThree(async (bench, { one }) => {
      await lossOf(one, 'two'); // they know each other's hardware address, which would be asked for otherwise
      await begin(bench, { kind: 'loss', containers: ['one', 'two'], percent: 10 });
      const once = 1 - 0.9 ** 2;
      expect(Math.abs((await lossOf(one, 'two')) - once)).toBeLessThan(margin(once));
      await begin(bench, { kind: 'loss', containers: ['one'], percent: 15 });
      const twice = 1 - (0.9 * 0.85) ** 2;
      expect(Math.abs((await lossOf(one, 'two')) - twice)).toBeLessThan(margin(twice));
    }));

  test('R25 loss: of all, nothing passes', () =>
    withThree(async (bench, { one }) => {
      await begin(bench, { kind: 'loss', containers: ['two'], percent: 100 });
      expect(await dialled(one, 'two')).toBe('silent');
      expect(await dialled(one, 'three')).toBe('connected');
    }));
});

describeRequiring(['userns', 'overlay', 'net', 'fault-reset'], 'resets (R25)', () => {
  test.each([4, 6] as const)(
    'R25 reset: silent connections end with a reset at both ends, new ones are refused (IPv%i)',
    (family) =>
      withThree(async (bench, { one, two, three }) => {
        const silent = await open(one, keepOpen('two', 7, family));
        const other = await open(one, keepOpen('three', 7, family));
        const atServer = firstOutput(two.main.stdout);
        const fault = await begin(bench, { kind: 'reset', containers: ['two'] });
        expect(await silent.said).toBe('open\nECONNRESET\n');
        expect(await atServer).toBe('ECONNRESET\n');
        expect(await dialled(one, 'two')).toBe('ECONNREFUSED');
        expect(await dialled(two, 'three'), 'in each direction').toBe('ECONNREFUSED');
        expect(await dialled(three, 'one'), 'others').toBe('connected');
        await fault[Symbol.asyncDispose]();
        expect(await dialled(one, 'two')).toBe('connected');
        await other.stop();
        expect(await other.said, 'the connection of others').toBe('open\n');
      }),
  );

  test('R25 reset: of one port, with some peers only, also of who starts again', () =>
    withThree(async (bench, { one, two, three }) => {
      const other = await open(one, keepOpen('two', 8, 4));
      await begin(bench, { kind: 'reset', containers: ['two'], peers: ['one'], port: 7 });
      expect(await dialled(one, 'two', 7)).toBe('ECONNREFUSED');
      expect(await dialled(one, 'two', 8)).toBe('connected');
      expect(await dialled(three, 'two', 7)).toBe('connected');
      await other.stop();
      expect(await other.said, 'the connection to the other port').toBe('open\n');
      await two.stop(0);
      await two.start(never);
      await firstOutput(two.main.stdout);
      expect(await dialled(one, 'two', 7)).toBe('ECONNREFUSED');
      expect(await dialled(one, 'two', 8)).toBe('connected');
    }));

  test('R25 reset: of a delayed line', () =>
    withThree(async (bench, { one }) => {
      await begin(bench, { kind: 'delay', containers: ['two'], delayMs: 20, jitterMs: 0 });
      const silent = await open(one, keepOpen('two', 7, 4));
      await begin(bench, { kind: 'reset', containers: ['two'] });
      expect(await silent.said).toBe('open\nECONNRESET\n');
      expect(await dialled(one, 'two')).toBe('ECONNREFUSED');
    }));
});
