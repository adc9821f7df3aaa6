import { expect, test } from 'vitest';
import type { Container } from '../../../../src/core/engine.ts';
import { describeRequiring } from '../../../requires.ts';
import { on } from '../../contract/container-spec.ts';
import { type Bench, firstOutput, inSandbox, never } from '../../contract/contract-kit.ts';
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

/** Bytes per second of payload: of the whole sample, and of its best second. What comes at first, saved up by the bucket, is not counted. */
const measure = `
  const socket = require('node:net').connect(7000, 'source');
  const seen = [];
  let from, bytes = 0;
  socket.on('data', (chunk) => {
    const now = performance.now();
    from ??= now + 300;
    if (now < from) return;
    seen.push([now, bytes]);
    bytes += chunk.length;
    if (now <= from + ${sampleMs}) return;
    let best = 0, first = 0;
    for (const [at, until] of seen) {
      while (seen[first + 1][0] <= at - 1000) first += 1;
      if (at - seen[first][0] >= 1000) best = Math.max(best, (until - seen[first][1]) * 1000 / (at - seen[first][0]));
    }
    console.log(JSON.stringify({ whole: bytes * 1000 / (now - from), best }));
    process.exit();
  })`;

interface Measured {
  readonly whole: number;
  /** A busy machine makes a line slower for a while, and never faster than it is. */
  readonly best: number;
}

/** Of a full TCP segment on Ethernet: payload and frame. */
const frameOfPayload = 1514 / 1448;

const mebibyte = 2 ** 20;

/** A source, a sink on the same network, and what arrives there of frames, in bytes per second. */
function withLine(
  body: (bench: Bench, server: Container, measured: () => Promise<Measured>) => Promise<void>,
): Promise<void> {
  return inSandbox(
    subject,
    async (bench) => {
      const server = await bench.start('source', ['node', '-e', source], on('front'));
      await firstOutput(server.main.stdout);
      const sink = await startIdle(bench, 'sink', 'front');
      await body(bench, server, async () => {
        const { whole, best } = JSON.parse((await runIn(sink, ['node', '-e', measure])).stdout) as Measured;
        return { whole: whole * frameOfPayload, best: best * frameOfPayload };
      });
    },
    networks,
  );
}

describeRequiring(['userns', 'overlay', 'net', 'fault-rate'], 'slow lines (R25)', () => {
  test.each([
    { side: 'source', bytesPerSecond: mebibyte },
    { side: 'sink', bytesPerSecond: mebibyte },
    { side: 'source', bytesPerSecond: mebibyte / 2 },
    { side: 'sink', bytesPerSecond: 10 * mebibyte },
  ])('R25 rate: $bytesPerSecond bytes a second at the $side, within 10 %', ({ side, bytesPerSecond }) =>
    withLine(async ({ sandbox }, _server, measured) => {
      await sandbox.fault({ kind: 'rate', containers: [side], bytesPerSecond }, never);
      const { whole, best } = await measured();
      expect(best).toBeGreaterThan(0.9 * bytesPerSecond);
      expect(whole).toBeLessThan(1.1 * bytesPerSecond);
    }),
  );

  test('R25 rate: undone, the line is as fast as before; the slowest of several holds; a restart changes nothing', () =>
    withLine(async ({ sandbox }, server, measured) => {
      const slow = { kind: 'rate', containers: ['source', 'sink'] } as const;
      const one = await sandbox.fault({ ...slow, bytesPerSecond: 4 * mebibyte }, never);
      const other = await sandbox.fault({ ...slow, bytesPerSecond: mebibyte }, never);
      await server.stop(0);
      await server.start(never);
      await firstOutput(server.main.stdout);
      expect((await measured()).whole).toBeLessThan(1.1 * mebibyte);
      await other[Symbol.asyncDispose]();
      const left = await measured();
      expect(left.best).toBeGreaterThan(2 * mebibyte);
      expect(left.whole).toBeLessThan(4.4 * mebibyte);
      await one[Symbol.asyncDispose]();
      expect((await measured()).best).toBeGreaterThan(20 * mebibyte);
    }));
});
