import { expect, test } from 'vitest';
import type { HeldPort } from '../../../src/core/probe.ts';
import { parseSocketAddress } from '../../../src/scenario/isolation/inside-sockets.ts';
import { tryLoopback } from '../../../src/scenario/isolation/loopback-reach.ts';
import { renderIp } from '../../../src/scenario/isolation/network-tables.ts';
import { fakeContainer, fakeSubject, scriptedProbe, scriptedWitness } from './fake-subject.ts';

/** The runner's own ports, while they are looked for. */
const ports: Readonly<Record<string, number>> = { '127.0.0.1': 40_001, '127.9.8.7': 40_002, '::1': 40_003 };

interface World {
  /** Addresses at which the runner cannot listen, with the error. */
  readonly refuses?: Readonly<Record<string, string>>;
  /** `127.9.8.7 40002`: who connects there from inside is answered. */
  readonly answers?: readonly string[];
  /** What the container itself listens at. */
  readonly inside?: readonly number[];
  /** What else the host listens at: /proc/net/tcp. */
  readonly host?: string;
}

async function look({ refuses = {}, answers = [], inside = [], host = '' }: World) {
  const held = new Set<string>();
  const hold = (address: string): HeldPort | { readonly error: string } => {
    const error = refuses[address];
    if (error !== undefined) return { error };
    held.add(address);
    return {
      port: ports[address] ?? 0,
      async [Symbol.asyncDispose]() {
        held.delete(address);
      },
    };
  };
  const asked = new Set<string>();
  const root = scriptedProbe(({ name, args: [, address] }) => {
    if (name !== 'connect' || !(address instanceof Uint8Array)) return undefined;
    const target = parseSocketAddress(Buffer.concat([address], 28));
    if (target === undefined) throw new Error('no address');
    const text = `${renderIp(target.ip)} ${target.port}`;
    asked.add(text);
    return answers.includes(text) ? undefined : { error: 'ECONNREFUSED' };
  });
  const listening = inside.map((port) => ({ address: '0.0.0.0', port, protocol: 'tcp' as const }));
  const seen = await tryLoopback(
    fakeSubject({
      root,
      container: fakeContainer({ listening: async () => listening }),
      witness: scriptedWitness({ runner: { 'net/tcp': `head\n${host}` }, hold }),
    }),
  );
  expect([...held], 'nobody listens afterwards').toEqual([]);
  return { ...seen, asked };
}

test('where nothing listens on the host, the runner does, at every address that is asked', async () => {
  const { faults, gaps, seen, asked } = await look({});
  expect({ faults, gaps }).toEqual({ faults: [], gaps: [] });
  expect(seen.join()).toContain('at ports 40001, 40002, 40003, where the host listens');
  for (const way of ['127.0.0.1 40001', '127.9.8.7 40002', '0.0.0.0 40001', '0:0:0:0:0:0:0:1 40003'])
    expect(asked).toContain(way);
});

test('what the host listens at is asked for, too', async () => {
  const { asked, faults } = await look({
    host: ' 0: 00000000:0016 00000000:0000 0A 0 0 0 0 0 7\n',
    answers: ['0.0.0.0 22'],
  });
  expect(asked).toContain('127.0.0.1 22');
  expect(faults).toEqual(['connecting to 0.0.0.0, port 22, ended with success']);
});

test.each(['127.0.0.1 40001', '127.9.8.7 40002', '0:0:0:0:0:0:0:1 40003', '0.0.0.0 40001'])(
  'the runner answers at %s: a fault',
  async (way) => {
    const { faults } = await look({ answers: [way] });
    expect(faults).toHaveLength(1);
  },
);

test.each([
  ['127.0.0.1', 'EMFILE', ['127.0.0.1', '0.0.0.0', '::ffff:127.0.0.1']],
  ['127.9.8.7', 'EADDRNOTAVAIL', ['127.9.8.7']],
  ['::1', 'EMFILE', ['::1']],
  ['::1', 'EADDRNOTAVAIL', []],
])('the runner cannot listen at %s (%s): nothing is shown of %j', async (address, error, shown) => {
  const { faults, gaps } = await look({ refuses: { [address]: error } });
  expect(faults).toEqual([]);
  expect(gaps).toEqual(
    shown.map((each) => `nothing listens at ${each} of the host (${error}), so its silence shows nothing`),
  );
});

test('the container listens at the very port: that way nothing is shown', async () => {
  const { faults, gaps } = await look({ answers: ['127.9.8.7 40002'], inside: [40_002] });
  expect(faults).toEqual([]);
  expect(gaps).toEqual([
    'something of the container listens at port 40002, where 127.9.8.7 was to be shown closed',
  ]);
});
