import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Container } from '../../../../src/core/engine.ts';
import type { DelayFault } from '../../../../src/core/fault.ts';
import { describeRequiring } from '../../../requires.ts';
import { on, processSpec } from '../../contract/container-spec.ts';
import { type Bench, codeOf, finish, firstOutput, inSandbox, never } from '../../contract/contract-kit.ts';
import { addressOf, openNetworkBed, runIn, startIdle } from '../network/network-bed.ts';
import { childrenOf, descriptorsOf, newestSandbox } from '../sandbox-processes.ts';

const subject = openNetworkBed(() => []);
const networks = { networks: [{ name: 'front', egress: false }] };

/** Sends back what it gets. */
const echo = `
  require('node:net').createServer((socket) => socket.on('error', () => {}).pipe(socket)).listen(7000, '::', () => console.log('up'))`;

/** Milliseconds of round trips, one after the other, over one connection. */
const measure = (rounds: number): string => `
  const socket = require('node:net').connect(7000, 'echo').setNoDelay();
  const trips = [];
  let from;
  const go = () => { from = performance.now(); socket.write('x'); };
  socket.on('connect', go).on('data', () => {
    trips.push(performance.now() - from);
    if (trips.length < ${rounds}) go();
    else { console.log(JSON.stringify(trips)); process.exit(); }
  })`;

async function startEcho(bench: Bench): Promise<Container> {
  const container = await bench.start('echo', ['node', '-e', echo], on('front'));
  await firstOutput(container.main.stdout);
  return container;
}

/** In order of size. */
async function tripsFrom(container: Container, rounds = 9): Promise<readonly number[]> {
  const { stdout, stderr } = await runIn(container, ['node', '-e', measure(rounds)]);
  if (stderr !== '') throw new Error(stderr);
  return (JSON.parse(stdout) as number[]).sort((one, other) => one - other);
}

/** Sends numbers one after the other until a file asks it to stop, and says what came back. */
const bulk = `
  const socket = require('node:net').connect(7000, 'echo');
  const numbers = (from, length) => Buffer.from(Uint32Array.from({ length: length / 4 }, (_, at) => from / 4 + at).buffer);
  const isEnough = () => require('node:fs').existsSync('/enough');
  let sent = 0, back = 0, rest = Buffer.alloc(0);
  const more = () => {
    while (!isEnough()) {
      sent += 65536;
      if (!socket.write(numbers(sent - 65536, 65536))) return;
    }
    if (back === sent) { console.log('all came back'); process.exit(); }
  };
  socket.once('data', () => console.log('begun')).on('connect', more).on('drain', more).on('data', (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    const whole = rest.length - (rest.length % 4);
    if (!rest.subarray(0, whole).equals(numbers(back, whole))) { console.log('something else came at', back); process.exit(); }
    back += whole;
    rest = rest.subarray(whole);
    if (isEnough()) more();
  })`;

const datagramEcho = `
  const socket = require('node:dgram').createSocket('udp6');
  socket.on('message', (data, { address, port }) => socket.send(data, port, address)).bind(7000, () => console.log('up'))`;

/** Sizes of those that came back as they went. */
const datagrams = (address: string): string => `
  const socket = require('node:dgram').createSocket('${address.includes(':') ? 'udp6' : 'udp4'}');
  const sizes = [1, 1400, 1472, 1473, 9000, 60000];
  const of = (size) => Buffer.alloc(size, size % 251);
  const whole = [];
  socket.on('message', (data) => {
    whole.push(data.equals(of(data.length)) ? data.length : -1);
    if (whole.length === sizes.length) { console.log(JSON.stringify(whole)); process.exit(); }
  });
  for (const size of sizes) socket.send(of(size), 7000, '${address}')`;

const median = (sorted: readonly number[]): number => sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;

const delay = (delayMs: number, jitterMs: number, ...containers: readonly string[]): DelayFault => {
  return { kind: 'delay', containers, delayMs, jitterMs };
};

describeRequiring(['userns', 'overlay', 'net', 'fault-delay'], 'long lines (R25)', () => {
  test.each([
    { at: ['echo'], delayMs: 50, roundTripMs: 100 },
    { at: ['client'], delayMs: 120, roundTripMs: 240 },
    { at: ['echo', 'client'], delayMs: 40, roundTripMs: 160 },
  ])(
    'R25 delay: $delayMs ms at $at are a round trip of $roundTripMs ms, within 10 %; undone, as before',
    ({ at, delayMs, roundTripMs }) =>
      inSandbox(
        subject,
        async (bench) => {
          await startEcho(bench);
          const client = await startIdle(bench, 'client', 'front');
          const fault = await bench.sandbox.fault(delay(delayMs, 0, ...at), never);
          const trips = await tripsFrom(client);
          // What a busy machine adds to a trip is not the line's, so the line is what the fastest saw.
          expect(trips[0]).toBeGreaterThanOrEqual(roundTripMs);
          expect(trips[0]).toBeLessThan(roundTripMs * 1.1);
          await fault[Symbol.asyncDispose]();
          expect((await tripsFrom(client))[0]).toBeLessThan(10);
        },
        networks,
      ),
  );

  test('R25 delay: each trip differs by the jitter at most, and not all are alike', () =>
    inSandbox(
      subject,
      async (bench) => {
        await startEcho(bench);
        const client = await startIdle(bench, 'client', 'front');
        await bench.sandbox.fault(delay(40, 30, 'echo'), never);
        const trips = await tripsFrom(client, 60);
        // The sum of two uniform numbers of 10 to 70, sixty times: from 20 to 140, a tenth below 47, half below 80, three quarters below 98.
        // What a busy machine adds makes them no smaller.
        expect(trips[0]).toBeGreaterThanOrEqual(20);
        expect(trips[0]).toBeLessThan(60);
        expect(trips.at(-1)).toBeGreaterThan(100);
        expect(trips[6]).toBeLessThan(75);
        expect(median(trips)).toBeGreaterThan(60);
        expect(trips[45]).toBeLessThan(140);
      },
      networks,
    ));

  test('R25 delay: what is open stays open, arrives whole and in order, and the longest of several holds', () =>
    inSandbox(
      subject,
      async (bench) => {
        await startEcho(bench);
        const client = await startIdle(bench, 'client', 'front');
        const running = await client.exec(processSpec(['node', '-e', bulk]), never);
        await firstOutput(running.stdout); // it has begun
        const before = client.networks;
        const short = await bench.sandbox.fault(delay(20, 10, 'client'), never);
        const long = await bench.sandbox.fault(delay(60, 0, 'client'), never);
        expect(median(await tripsFrom(client, 5))).toBeGreaterThanOrEqual(120);
        await long[Symbol.asyncDispose]();
        expect((await tripsFrom(client, 5))[0]).toBeLessThan(100);
        await short[Symbol.asyncDispose]();
        expect(client.networks).toEqual(before);
        await runIn(client, ['mkdir', '/enough']);
        expect((await finish(running)).stdout).toBe('all came back\n');
      },
      networks,
    ));

  test('R25 delay: datagrams of any size arrive whole, over IPv4 and IPv6', () =>
    inSandbox(
      subject,
      async (bench) => {
        const server = await bench.start('echo', ['node', '-e', datagramEcho], on('front'));
        await firstOutput(server.main.stdout);
        const client = await startIdle(bench, 'client', 'front');
        await bench.sandbox.fault(delay(30, 0, 'echo'), never);
        for (const family of ['ipv4', 'ipv6'] as const) {
          const address = addressOf(server, 'front', family);
          const { stdout } = await runIn(client, ['node', '-e', datagrams(address)]);
          expect(JSON.parse(stdout), family).toEqual([1, 1400, 1472, 1473, 9000, 60_000]);
        }
      },
      networks,
    ));

  test('R25 delay: also after a restart, and on a network that is joined meanwhile', () =>
    inSandbox(
      subject,
      async (bench) => {
        const server = await startEcho(bench);
        const client = await startIdle(bench, 'client', 'front');
        const fault = await bench.sandbox.fault(delay(50, 0, 'echo'), never);
        await server.stop(0);
        await server.start(never);
        await firstOutput(server.main.stdout);
        expect((await tripsFrom(client, 5))[0]).toBeGreaterThanOrEqual(100);
        for (const container of [server, client]) await container.connect('back');
        await client.disconnect('front');
        expect((await tripsFrom(client, 5))[0]).toBeGreaterThanOrEqual(100);
        await fault[Symbol.asyncDispose]();
        expect((await tripsFrom(client, 5))[0]).toBeLessThan(50);
      },
      { networks: [...networks.networks, { name: 'back', egress: false }] },
    ));

  test('R25 delay: a relay that ends by itself lets nothing through, and the fault says so when it is undone', () =>
    inSandbox(
      subject,
      async (bench) => {
        await startEcho(bench);
        const client = await startIdle(bench, 'client', 'front');
        const { init } = newestSandbox();
        const before = childrenOf(init);
        const fault = await bench.sandbox.fault(delay(10, 0, 'echo'), never);
        const relays = childrenOf(init).filter((pid) => !before.includes(pid));
        expect(relays).toHaveLength(1);
        const relay = relays[0] ?? 0;
        const rights = readFileSync(`/proc/${relay}/status`, 'utf8').match(/^Cap(?:Prm|Eff|Bnd):\s*0{16}$/gm);
        expect(rights, 'it has none').toHaveLength(3);
        expect(descriptorsOf(relay), 'standard ones, two sockets, its signals').toBe(6);
        process.kill(relay, 'SIGKILL');
        await expect.poll(() => childrenOf(init), { timeout: 20_000 }).toEqual(before);
        const { stderr } = await runIn(client, [
          'node',
          '-e',
          `${measure(1)}; setTimeout(process.abort, 500)`,
        ]);
        expect(stderr, 'no answer in time').not.toBe('');
        expect(await codeOf(Promise.resolve(fault[Symbol.asyncDispose]()))).toBe('FAULT_LOST');
        expect((await tripsFrom(client))[0]).toBeLessThan(10);
      },
      networks,
    ));
});
