import { expect, test } from 'vitest';
import { describeRequiring } from '../../../requires.ts';
import { on } from '../../contract/container-spec.ts';
import { firstOutput, inSandbox, never } from '../../contract/contract-kit.ts';
import { openNetworkBed, runIn, startIdle } from '../network/network-bed.ts';

const subject = openNetworkBed(() => []);
const networks = { networks: [{ name: 'front', egress: false }] };

/** Sends as fast as it can to whoever connects. */
const source = `
  require('node:net').createServer((socket) => {
    const more = () => { while (socket.write(Buffer.alloc(65536))) {} };
    socket.on('drain', more).on('error', () => {});
    more();
  }).listen(7000, () => console.log('up'))`;

const sampleMs = 3_000;

/** Bytes per second of payload; what comes at first, which the bucket had saved up, is not counted. */
const measure = `
  const socket = require('node:net').connect(7000, 'source');
  let from, bytes = 0;
  socket.on('data', (chunk) => {
    const now = performance.now();
    from ??= now + 300;
    if (now < from) return;
    if (now > from + ${sampleMs}) { console.log(bytes * 1000 / (now - from)); process.exit(); }
    bytes += chunk.length;
  })`;

/** Of a full TCP segment on Ethernet: payload and frame. */
const frameOfPayload = 1514 / 1448;

const mebibyte = 2 ** 20;

describeRequiring(['userns', 'overlay', 'net', 'fault-rate'], 'slow lines (R25)', () => {
  test.each([
    { side: 'source', bytesPerSecond: mebibyte },
    { side: 'sink', bytesPerSecond: mebibyte },
    { side: 'source', bytesPerSecond: mebibyte / 2 },
    { side: 'sink', bytesPerSecond: 10 * mebibyte },
  ])('R25 rate: $bytesPerSecond bytes a second at the $side, within 10 %', ({ side, bytesPerSecond }) =>
    inSandbox(
      subject,
      async (bench) => {
        const server = await bench.start('source', ['node', '-e', source], on('front'));
        await firstOutput(server.main.stdout);
        const sink = await startIdle(bench, 'sink', 'front');
        await bench.sandbox.fault({ kind: 'rate', containers: [side], bytesPerSecond }, never);
        const measured = Number((await runIn(sink, ['node', '-e', measure])).stdout);
        const ratio = (measured * frameOfPayload) / bytesPerSecond;
        expect(ratio).toBeGreaterThan(0.9);
        expect(ratio).toBeLessThan(1.1);
      },
      networks,
    ),
  );

  test('R25 rate: undone, the line is as fast as before; the slowest of several holds; a restart changes nothing', () =>
    inSandbox(
      subject,
      async (bench) => {
        const server = await bench.start('source', ['node', '-e', source], on('front'));
        await firstOutput(server.main.stdout);
        const sink = await startIdle(bench, 'sink', 'front');
        const measured = async (): Promise<number> =>
          Number((await runIn(sink, ['node', '-e', measure])).stdout);
        const slow = { kind: 'rate', containers: ['source', 'sink'] } as const;
        const one = await bench.sandbox.fault({ ...slow, bytesPerSecond: 4 * mebibyte }, never);
        const other = await bench.sandbox.fault({ ...slow, bytesPerSecond: mebibyte }, never);
        await server.stop(0);
        await server.start(never);
        await firstOutput(server.main.stdout);
        expect(await measured()).toBeLessThan(1.1 * mebibyte);
        await other[Symbol.asyncDispose]();
        const left = await measured();
        expect(left).toBeGreaterThan(2 * mebibyte);
        expect(left).toBeLessThan(4.4 * mebibyte);
        await one[Symbol.asyncDispose]();
        expect(await measured()).toBeGreaterThan(20 * mebibyte);
      },
      networks,
    ));
});
