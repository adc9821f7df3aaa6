import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import {
  dnsResponder,
  type ForwardQuery,
  type RespondToQuery,
} from '../../../../../src/engine/linux/net/dns/dns-responder.ts';
import { dnsForwarder } from '../../../../../src/engine/linux/net/dns/forward-query.ts';
import type { NamedMember } from '../../../../../src/engine/linux/net/dns/resolve-names.ts';
import { serveDns } from '../../../../../src/engine/linux/net/dns/serve-dns.ts';
import { datagramPortOf, listenerPortOf } from '../host-ports.ts';
import { queryBytes } from './dns-messages.ts';

const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});

const workers: NamedMember[] = Array.from({ length: 100 }, (_, at) => ({
  container: `worker-${at}`,
  names: [],
  attachments: [{ network: 'n', aliases: ['worker'], ipv4: `10.0.1.${at + 1}`, ipv6: `fd00::1:${at + 1}` }],
}));
const members: readonly NamedMember[] = [
  { container: 'web', names: ['web'], attachments: [{ network: 'n', aliases: [], ipv4: '10.0.0.2' }] },
  {
    container: 'db',
    names: ['db'],
    attachments: [{ network: 'n', aliases: [], ipv4: '10.0.0.3', ipv6: 'fd00::3' }],
  },
  ...workers,
];

/** UDP and TCP on the same free port of the loopback, as in a container. */
async function startServer(respond: RespondToQuery): Promise<number> {
  const tcp: Server = createServer({ allowHalfOpen: true });
  tcp.listen(0, '127.0.0.1');
  await once(tcp, 'listening');
  const { port } = tcp.address() as { port: number };
  const udp = createSocket('udp4').bind(port, '127.0.0.1');
  await once(udp, 'listening');
  const server = serveDns({ datagrams: datagramPortOf(udp), listener: listenerPortOf(tcp) }, respond);
  open.push(() => server.close());
  return port;
}

async function startResolver(
  forward?: ForwardQuery,
): Promise<{ readonly resolver: Resolver; readonly port: number }> {
  const port = await startServer(
    dnsResponder({ asker: 'web', members: () => members, seed: 1, ...(forward ? { forward } : {}) }),
  );
  const resolver = new Resolver({ timeout: 5000, tries: 1 });
  resolver.setServers([`127.0.0.1:${port}`]);
  return { resolver, port };
}

async function connectTo(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  open.push(() => socket.destroy());
  return socket;
}

function framed(message: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([message.length >> 8, message.length & 0xff]), message]);
}

async function readAll(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe('the name server, asked by a real resolver (c-ares)', () => {
  test('A, AAAA, PTR, unknown, known without such a record', async () => {
    const { resolver } = await startResolver();
    expect(await resolver.resolve4('db')).toEqual(['10.0.0.3']);
    expect(await resolver.resolve6('db')).toEqual(['fd00::3']);
    expect(await resolver.reverse('10.0.0.3')).toEqual(['db']);
    await expect(resolver.resolve4('nobody')).rejects.toMatchObject({ code: 'ENOTFOUND' });
    await expect(resolver.resolve6('web')).rejects.toMatchObject({ code: 'ENODATA' });
  });

  test('an answer too large for UDP comes over TCP', async () => {
    const { resolver } = await startResolver();
    expect((await resolver.resolve4('worker')).length).toBe(100);
  });

  test('names of the outside come from the outside, by UDP and TCP', async () => {
    const outside = await startServer(
      dnsResponder({
        asker: 'www.example',
        seed: 1,
        members: () => [
          {
            container: 'www.example',
            names: [],
            attachments: [{ network: 'x', aliases: [], ipv4: '192.0.2.80' }],
          },
          ...workers.map((each) => ({
            ...each,
            attachments: each.attachments.map((one) => ({ ...one, network: 'x', aliases: ['many.example'] })),
          })),
        ],
      }),
    );
    let ids = 0;
    const dead = createSocket('udp4').bind(0, '127.0.0.1');
    await once(dead, 'listening');
    open.push(() => dead.close());
    const servers = [
      { address: '127.0.0.1', port: dead.address().port },
      { address: '127.0.0.1', port: outside },
    ];
    const { resolver } = await startResolver(
      dnsForwarder({ servers, timeoutMs: 300, randomId: () => (ids += 4711) }),
    );
    expect(await resolver.resolve4('www.example')).toEqual(['192.0.2.80']);
    await expect(resolver.resolve4('no.example')).rejects.toMatchObject({ code: 'ENOTFOUND' });
    await expect(resolver.resolve4('nobody')).rejects.toMatchObject({ code: 'ENOTFOUND' });
  });

  test('an answer that repeats another question, or has another id, is not believed', async () => {
    const liar = createSocket('udp4').bind(0, '127.0.0.1');
    await once(liar, 'listening');
    open.push(() => liar.close());
    liar.on('message', (message, from) => {
      const answer = Buffer.from(message);
      answer[2] = 0x81;
      const otherId = Buffer.from(answer);
      otherId[0] = (otherId[0] ?? 0) ^ 1;
      liar.send(otherId, from.port, from.address);
      const otherName = Buffer.from(answer);
      otherName[14] = 0x7a;
      liar.send(otherName, from.port, from.address);
    });
    const forward = dnsForwarder({
      servers: [{ address: '127.0.0.1', port: liar.address().port }],
      timeoutMs: 300,
      randomId: () => 99,
    });
    expect(await forward(queryBytes({ name: 'www.example' }), 'udp')).toBeUndefined();
  });

  test('no server outside answers: SERVFAIL', async () => {
    const { resolver } = await startResolver(async () => undefined);
    await expect(resolver.resolve4('www.example')).rejects.toMatchObject({ code: 'ESERVFAIL' });
  });
});

describe('streams of a hostile client', () => {
  test('several queries on one connection, cut anywhere, are answered in order', async () => {
    const { port } = await startResolver();
    const socket = await connectTo(port);
    const bytes = Buffer.concat([
      framed(queryBytes({ id: 1 })),
      framed(queryBytes({ id: 2, name: 'nobody' })),
    ]);
    for (const byte of bytes) socket.write(Buffer.from([byte]));
    socket.end();
    const answers = await readAll(socket);
    const first = 2 + answers.readUInt16BE(0);
    expect([answers.readUInt16BE(2), answers.readUInt16BE(first + 2)]).toEqual([1, 2]);
    expect(answers.length).toBe(first + 2 + answers.readUInt16BE(first));
  });

  test('a message that deserves no answer ends the stream, and others go on', async () => {
    const { port, resolver } = await startResolver();
    const socket = await connectTo(port);
    socket.write(framed(queryBytes({ flags: 0x8000 })));
    expect(await readAll(socket)).toHaveLength(0);
    expect(await resolver.resolve4('db')).toEqual(['10.0.0.3']);
  });

  test('a client that resets in the middle harms nobody', async () => {
    const { port, resolver } = await startResolver();
    const socket = await connectTo(port);
    socket.write(Buffer.from([0xff, 0xff, 1]));
    socket.resetAndDestroy();
    await once(socket, 'close');
    expect(await resolver.resolve4('db')).toEqual(['10.0.0.3']);
  });

  test('the 33rd connection at one time is closed', async () => {
    const { port } = await startResolver();
    const held: Socket[] = [];
    for (let count = 0; count < 32; count += 1) held.push(await connectTo(port));
    // Each of them is served: only then has the server counted it.
    for (const socket of held) {
      socket.write(framed(queryBytes()));
      await once(socket, 'data');
    }
    const late = await connectTo(port);
    late.on('error', () => {});
    await once(late, 'close');
    held[0]?.end();
    await once(held[0] ?? late, 'close');
    const next = await connectTo(port);
    next.write(framed(queryBytes()));
    expect((await once(next, 'data'))[0]).toBeInstanceOf(Buffer);
  });
});
