import { closeSync, openSync } from 'node:fs';
import { expect, test } from 'vitest';
import { describeRequiring } from '../../../requires.ts';
import { on } from '../../contract/container-spec.ts';
import { firstOutput, inSandbox, never } from '../../contract/contract-kit.ts';
import { addressOf, openNetworkBed, runIn } from './network-bed.ts';

const subject = openNetworkBed(() => []);

const server =
  "require('node:net').createServer((peer) => peer.end('hello')).listen(7000, '::', () => console.log('up'))";
const ask = `
  const socket = require('node:net').connect(7000, process.argv[1]);
  socket.on('data', (text) => console.log(String(text))).on('error', ({ code }) => console.log(code));`;

describeRequiring(['userns', 'overlay', 'net', 'ipv6'], 'a container that starts again', () => {
  test.each(['ipv4', 'ipv6'] as const)(
    'is who answers, though its namespace of before is still there: %s',
    (family) =>
      inSandbox(
        subject,
        async ({ start }) => {
          const [asker, db] = await Promise.all([
            start('asker', ['sleep', '1000'], on('back')),
            start('db', ['node', '-e', server], on('back')),
          ]);
          const asked = async () =>
            (await runIn(asker, ['node', '-e', ask, addressOf(db, 'back', family)])).stdout;
          await firstOutput(db.main.stdout);
          expect(await asked()).toBe('hello\n'); // the bridge knows its port now
          // Whether the bridge has heard of the new port before it is asked is chance: several times.
          const kept: number[] = [];
          try {
            for (let round = 0; round < 6; round += 1) {
              const { pid } = await db.witness();
              kept.push(openSync(`/proc/${pid}/ns/net`, 'r'));
              await db.stop(0);
              await db.start(never);
              await firstOutput(db.main.stdout);
              expect(await asked(), `round ${round}`).toBe('hello\n');
            }
          } finally {
            for (const each of kept) closeSync(each);
          }
        },
        { networks: [{ name: 'back', egress: false }] },
      ),
  );
});
