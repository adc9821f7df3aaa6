import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { encodeFrame, toLauncher } from '../../../../src/engine/linux/client/frame.ts';
import { parseIp } from '../../../../src/engine/linux/net/ip.ts';
import { dumpLinks } from '../../../../src/engine/linux/net/netlink/link.ts';
import { encodeMessages } from '../../../../src/engine/linux/net/netlink/message.ts';
import { openNetlink } from '../../../../src/engine/linux/net/open-netlink.ts';
import { AF_INET, encodeSockaddr } from '../../../../src/engine/linux/net/sockaddr.ts';
import { encodeTape } from '../../../../src/engine/linux/tape/encode.ts';
import { noSlot, type Op, type Tape } from '../../../../src/engine/linux/tape/op.ts';
import { exec, SanitizedServer } from './sanitized-server.ts';

const directory = mkdtempSync(join(tmpdir(), 'mayfly-asan-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const sound = { code: 0, stderr: '' };
const missing: Op = { kind: 'chdir', path: '/nonexistent' };
const nonBlockingStream = 1 | 0o4000;
const nonBlockingDatagram = 2 | 0o4000;

let server: SanitizedServer;
beforeEach(() => {
  server = new SanitizedServer();
});
afterEach(async () => {
  expect(await server.end()).toEqual(sound);
});

/** Starts `argv` on two pipes. */
async function started(...argv: readonly string[]) {
  const pipes = server.pipes();
  const process = server.expect([{ kind: 'await' }, ...pipes.child, exec(...argv)]);
  const release: Op = { kind: 'release', process: process.id };
  await server.client.perform([...pipes.make, server.clone(process), release, ...pipes.keep(process.id)]);
  return { ...pipes, process };
}

let addresses = 0;

/** An address that nobody else has: all of 127.0.0.0/8 is this machine, and of a process's number there is one. */
function ownAddress(): Uint8Array {
  addresses += 1;
  const ip = parseIp(`127.${64 + (process.pid >> 16)}.${(process.pid >> 8) & 255}.${process.pid & 255}`);
  if (ip === undefined) throw new TypeError('that is an address');
  return encodeSockaddr({ ip, port: 1024 + addresses });
}

/** A TCP connection to itself: what listens, what dialled, what was accepted. */
async function connected() {
  const [listening, dialling] = [server.slot(), server.slot()];
  const [listener, stream] = [server.client.nextStream(), server.client.nextStream()];
  const port = server.client.listener(listener);
  const address = ownAddress();
  await server.client.perform([
    { kind: 'socket', domain: AF_INET, type: nonBlockingStream, protocol: 0, into: listening },
    { kind: 'bind', slot: listening, address },
    { kind: 'listen', slot: listening, backlog: 8 },
    { kind: 'pump', slot: listening, stream: listener, mode: 5, process: 0 },
  ]);
  const accepted = new Promise<import('node:stream').Duplex>((resolve) => port.onConnection(resolve));
  const dialled = server.client.duplex(stream, { readable: true, writable: true });
  await server.client.perform([
    { kind: 'socket', domain: AF_INET, type: nonBlockingStream, protocol: 0, into: dialling },
    { kind: 'connect', slot: dialling, address },
    { kind: 'pump', slot: dialling, stream, mode: 3, process: 0 },
  ]);
  return { port, dialled, accepted: await accepted };
}

describe('a server under AddressSanitizer and UBSan', () => {
  test('pumps a megabyte through a program and back', async () => {
    const { input, output, process } = await started('cat');
    const all = buffer(output);
    input.end(Buffer.alloc(1 << 20, 'x'));
    expect((await all).byteLength).toBe(1 << 20);
    expect(await process.exited).toEqual({ code: 0 });
  });

  test('streams that are closed, paused and ended in every order', async () => {
    const runs = Array.from({ length: 24 }, async (_, n) => {
      const { input, output, process } = await started('cat');
      input.on('error', () => {});
      input.write(Buffer.alloc(200_000, 'x'));
      if (n % 2 === 0) output.destroy();
      if (n % 3 === 0) input.destroy();
      if (n % 5 === 0)
        await server.client.perform([{ kind: 'kill', process: process.id, signal: 9 }]).catch(() => {});
      output.on('data', () => {});
      output.on('error', () => {});
      input.end();
      if (n % 4 === 0) output.pause();
      await process.exited;
    });
    await Promise.all(runs);
  });

  test('a program that ends before its input is written, and one that nobody reads', async () => {
    const deaf = await started('true');
    const failed = once(deaf.input, 'error');
    deaf.input.write(Buffer.alloc(900_000));
    await failed;
    const loud = await started('head', '-c', '3000000', '/dev/zero');
    await loud.process.started;
    await server.client.perform([{ kind: 'kill', process: loud.process.id, signal: 9 }]).catch(() => {});
    await loud.process.exited;
    loud.output.destroy();
  });

  test('connections: both directions, half closed, reset, refused', async () => {
    const { port, dialled, accepted } = await connected();
    accepted.end('from the listener');
    dialled.write(Buffer.alloc(300_000));
    const ended = once(dialled, 'end');
    dialled.resume();
    await ended;
    dialled.end();
    expect((await buffer(accepted)).byteLength).toBe(300_000);
    const second = await connected();
    second.accepted.on('error', () => {});
    second.dialled.on('error', () => {});
    second.accepted.write(Buffer.alloc(3_000_000)); // more than is taken at once: it has to be given up
    second.dialled.destroy();
    await once(second.accepted, 'close').catch(() => {});
    port.close();
    second.port.close();
  });

  test('datagrams, also of the largest size', async () => {
    const [slot, number] = [server.slot(), server.client.nextStream()];
    const socket = server.client.datagrams(number);
    const address = ownAddress();
    await server.client.perform([
      { kind: 'socket', domain: AF_INET, type: nonBlockingDatagram, protocol: 0, into: slot },
      { kind: 'bind', slot, address },
      { kind: 'pump', slot, stream: number, mode: 4, process: 0 },
    ]);
    for (const size of [0, 1, 65_507]) {
      const arrived = new Promise<number>((resolve) =>
        socket.onMessage((_peer, payload) => resolve(payload.byteLength)),
      );
      socket.send(address, new Uint8Array(size));
      expect(await arrived).toBe(size);
    }
    socket.send(new Uint8Array(3), new Uint8Array(10)); // no address at all: lost
    socket.close();
  });

  test('a terminal that hangs up while it is paused and has input waiting', async () => {
    const [master, peer] = [server.slot(), server.slot()];
    const stream = server.client.nextStream();
    const terminal = server.client.duplex(stream, { readable: true, writable: true });
    terminal.on('error', () => {});
    const process = server.expect([
      { kind: 'newTerminal', dir: noSlot, master, peer },
      { kind: 'offerPump', slot: master, stream, mode: 3, process: 0 },
      { kind: 'setsid' },
      ...[0, 1].map((fd): Op => ({ kind: 'dupTo', slot: peer, fd })),
      { kind: 'close', slot: peer },
      { kind: 'await' },
      exec('head', '-c', '900000', '/dev/zero'),
    ]);
    await server.client.perform([server.clone(process), { kind: 'release', process: process.id }]);
    await process.started;
    await server.client.perform([{ kind: 'windowSize', stream, rows: 5, columns: 7 }]).catch(() => {});
    terminal.write(Buffer.alloc(500_000, 'y'));
    while (terminal.readableLength < 256 * 1024) await server.client.perform([{ kind: 'umask', mask: 0o22 }]);
    await server.client.perform([{ kind: 'kill', process: process.id, signal: 9 }]).catch(() => {});
    await process.exited;
    await server.client.perform([{ kind: 'umask', mask: 0o22 }]);
    terminal.destroy();
  });

  test('children that fail, are killed, repeat a number, or are never released', async () => {
    const { client } = server;
    const bad = server.expect([exec('/no/such/program')]);
    await client.perform([server.clone(bad), { kind: 'release', process: bad.id }]);
    await expect(bad.started).rejects.toThrow(/no such program/);
    const pidfd = server.slot();
    const waiting = server.expect([{ kind: 'await' }, exec('true')]);
    await client.perform([server.clone(waiting, pidfd)]);
    await expect(client.perform([server.clone(waiting)])).rejects.toThrow(/EEXIST/);
    const many = Array.from({ length: 60 }, () => server.expect([exec('true')]));
    await client.perform(
      many.flatMap((each): Tape => [server.clone(each), { kind: 'release', process: each.id }]),
    );
    for (const each of many) expect(await each.exited).toEqual({ code: 0 });
  });

  test('a tape that fails ends its own children, and none that another left waiting on purpose', async () => {
    const { client } = server;
    const kept = server.expect([{ kind: 'await' }, exec('true')]);
    await client.perform([server.clone(kept)]);
    const lost = server.expect([{ kind: 'await' }, exec('true')]);
    await expect(client.perform([server.clone(lost), missing])).rejects.toThrow(/ENOENT/);
    await client.perform([{ kind: 'release', process: kept.id }]);
    expect(await kept.exited).toEqual({ code: 0 });
    // It has been killed; the server forgets it when it hears of its end.
    const release = () => client.perform([{ kind: 'release', process: lost.id }]);
    await vi.waitFor(() => expect(release()).rejects.toThrow(/ESRCH/), { timeout: 10_000 });
  });

  test('a child cannot pump: the channel is not its own', async () => {
    const [readEnd, writeEnd] = [server.slot(), server.slot()];
    const child = server.expect([
      { kind: 'pipe', readEnd, writeEnd },
      { kind: 'pump', slot: readEnd, stream: 9, mode: 1, process: 0 },
    ]);
    await server.client.perform([server.clone(child), { kind: 'release', process: child.id }]);
    await expect(child.exited).rejects.toThrow(/EPERM/);
  });

  test('files, attributes, links and listings', async () => {
    const root = server.slot();
    const path = 'a';
    const [listing, stat, target, attributes] = await server.client.perform([
      { kind: 'open', dir: noSlot, path: directory, flags: 0o10000000, mode: 0, resolve: 0, into: root },
      { kind: 'mkdir', dir: root, path, mode: 0o700, flags: 1 },
      { kind: 'symlink', dir: root, path: 'a/l', target: '../../etc' },
      ...Array.from(
        { length: 300 },
        (_, n): Op => ({ kind: 'mknod', dir: root, path: `a/${n}`, mode: 0o100644, device: 0 }),
      ),
      { kind: 'listDirectory', dir: root, path },
      { kind: 'stat', dir: root, path: 'a/l', flags: 0 },
      { kind: 'readLink', dir: root, path: 'a/l' },
      { kind: 'listXattrs', dir: root, path: 'a/1' },
      { kind: 'close', slot: root },
    ]);
    expect(
      Buffer.from(listing ?? [])
        .toString()
        .split('\0'),
    ).toHaveLength(302);
    expect(stat?.byteLength).toBe(256);
    expect(Buffer.from(target ?? []).toString()).toBe('../../etc');
    expect(attributes?.byteLength).toBe(0);
  });

  test('netlink: a dump, and messages that lie about their length', async () => {
    const slot = server.slot();
    const dump = encodeMessages([dumpLinks()]);
    const replies = await server.client.perform([
      openNetlink('route', slot),
      { kind: 'netlink', slot, messages: dump, reply: 1 },
    ]);
    expect(replies.length).toBeGreaterThan(0);
    for (const length of [0, 3, 15, dump.length + 1, 0xffff_fff0]) {
      const lying = Buffer.from(dump);
      lying.writeUInt32LE(length, 0);
      await expect(
        server.client.perform([{ kind: 'netlink', slot, messages: lying, reply: 1 }]),
      ).rejects.toThrow();
    }
  });

  test('frames about streams and processes that are not there', async () => {
    const frame = fc.record({
      type: fc.constantFrom(
        toLauncher.data,
        toLauncher.end,
        toLauncher.pause,
        toLauncher.resume,
        toLauncher.close,
      ),
      stream: fc.integer({ min: 0, max: 40 }),
      size: fc.nat({ max: 3000 }),
    });
    const { output } = await started('cat');
    output.on('data', () => {});
    output.on('error', () => {});
    for (const { type, stream, size } of fc.sample(frame, { numRuns: 3000, seed: 1 }))
      server.channel.write(encodeFrame(type, stream, new Uint8Array(size)));
    for (const kind of ['release', 'processId'] as const)
      await expect(server.client.perform([{ kind, process: 999 }])).rejects.toThrow(/ESRCH/);
  });
});

describe('a server under the sanitizers that is told nonsense', () => {
  test.each([
    { name: 'a frame of no length', bytes: Buffer.from([0, 0, 0, 0, 0]) },
    { name: 'a frame longer than any', bytes: Buffer.from([0xff, 0xff, 0xff, 0xff, 1]) },
    { name: 'a frame too short for its number', bytes: Buffer.from([2, 0, 0, 0, 1, 9]) },
    { name: 'an unknown kind of frame', bytes: encodeFrame(99, 1) },
    {
      name: 'half a frame, and then the end',
      bytes: encodeFrame(toLauncher.tape, 1, encodeTape([missing])).subarray(0, 12),
    },
  ])('ends in order: $name', async ({ bytes }) => {
    server.channel.end(bytes);
    expect(await server.ended).toEqual(sound);
  });
});
