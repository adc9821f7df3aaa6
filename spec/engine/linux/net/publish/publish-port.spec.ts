import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { PublishedPort } from '../../../../../src/core/container.ts';
import type { ContainerDialer } from '../../../../../src/engine/linux/net/publish/container-dialer.ts';
import { type Publication, publishPort } from '../../../../../src/engine/linux/net/publish/publish-port.ts';
import { datagramPortOf } from '../host-ports.ts';
import { present } from '../network-builders.ts';

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

const tcp: PublishedPort = { hostAddress: 'localhost', hostPort: 0, containerPort: 80, protocol: 'tcp' };

/** A server of this process stands in for the container's; the dialer says how to get there. */
async function startService(onConnection: (socket: Socket) => void): Promise<ContainerDialer> {
  const server: Server = createServer({ allowHalfOpen: true }, onConnection);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push(() => server.close());
  const { port } = server.address() as { port: number };
  return {
    async tcp(_containerPort, signal) {
      const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
      await once(socket, 'connect', { signal });
      return socket;
    },
    udp: () => Promise.reject(new Error('no UDP here')),
  };
}

const refusing: ContainerDialer = {
  tcp: () => Promise.reject(new Error('ECONNREFUSED')),
  udp: () => Promise.reject(new Error('ECONNREFUSED')),
};

async function publish(
  port: PublishedPort,
  dialer: ContainerDialer,
  candidates: readonly number[] = [],
): Promise<Publication> {
  const publication = await publishPort(port, dialer, candidates);
  open.push(() => publication.close(0));
  return publication;
}

async function connectTo({ hostAddress, hostPort }: PublishedPort): Promise<Socket> {
  const socket = connect({ host: hostAddress, port: hostPort, allowHalfOpen: true });
  await once(socket, 'connect');
  open.push(() => socket.destroy());
  return socket;
}

async function readAll(socket: Socket): Promise<string> {
  let text = '';
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) text += String(chunk);
  return text;
}

const echo = (socket: Socket): unknown => socket.pipe(socket);

describe('published TCP ports', () => {
  test('port 0 is one free port, the same on both loopback addresses', async () => {
    const { ports } = await publish(tcp, await startService(echo));
    expect(ports.map(({ hostAddress }) => hostAddress)).toEqual(['127.0.0.1', '::1']);
    expect(new Set(ports.map(({ hostPort }) => hostPort)).size).toBe(1);
    for (const port of ports) {
      const socket = await connectTo(port);
      socket.end('hello');
      expect(await readAll(socket)).toBe('hello');
    }
  });

  test('candidates are tried in their order, past those that are taken, before the kernel chooses', async () => {
    const taken = await publish({ ...tcp, hostAddress: '127.0.0.1' }, refusing);
    const other = await publish(tcp, refusing);
    const [takenPort, freePort] = [taken, other].map(({ ports }) => present(ports[0], 'port').hostPort);
    await other.close(0);
    const candidates = [present(takenPort, 'taken'), present(freePort, 'free')];
    const { ports } = await publish(tcp, refusing, candidates);
    expect(ports.map(({ hostPort }) => hostPort)).toEqual([freePort, freePort]);
    const third = await publish(tcp, refusing, candidates);
    expect(candidates).not.toContain(present(third.ports[0], 'port').hostPort);
  });

  test('one address is one address', async () => {
    const { ports } = await publish({ ...tcp, hostAddress: '127.0.0.1' }, await startService(echo));
    expect(ports).toHaveLength(1);
    await expect(connectTo({ ...present(ports[0], 'port'), hostAddress: '::1' })).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    });
  });

  test('each direction ends by itself: the answer may come after the client has sent all', async () => {
    const dialer = await startService(async (socket) => {
      const request = await readAll(socket);
      socket.end(`${request.length} bytes`);
    });
    const { ports } = await publish(tcp, dialer);
    const socket = await connectTo(present(ports[0], 'port'));
    socket.end('x'.repeat(1_000_000));
    expect(await readAll(socket)).toBe('1000000 bytes');
  });

  test('a client that does not read stops the service from writing, and loses nothing', async () => {
    let written = 0;
    const total = 64 * 2 ** 20;
    const dialer = await startService((socket) => {
      const block = Buffer.alloc(2 ** 20, 'a');
      const more = (): void => {
        while (written < total) {
          written += block.length;
          if (!socket.write(block)) return void socket.once('drain', more);
        }
        socket.end();
      };
      more();
    });
    const { ports } = await publish(tcp, dialer);
    const socket = await connectTo(present(ports[0], 'port'));
    await once(socket, 'readable');
    expect(written).toBeLessThan(total);
    let read = 0;
    for await (const chunk of socket) read += chunk.length;
    expect(read).toBe(total);
  });

  test('where the container refuses, the client sees its connection reset', async () => {
    const { ports } = await publish(tcp, refusing);
    const { hostAddress, hostPort } = present(ports[0], 'port');
    // The reset may come before or after the client has noticed that it is connected.
    const [error] = await once(connect(hostPort, hostAddress), 'error');
    expect(error).toMatchObject({ code: 'ECONNRESET' });
  });

  test('a service that resets resets the client, and the next client is served', async () => {
    let first = true;
    const dialer = await startService((socket) => {
      if (first) socket.resetAndDestroy();
      else echo(socket);
      first = false;
    });
    const { ports } = await publish(tcp, dialer);
    const broken = await connectTo(present(ports[0], 'port'));
    expect((await once(broken, 'error'))[0]).toMatchObject({ code: 'ECONNRESET' });
    const socket = await connectTo(present(ports[0], 'port'));
    socket.end('hello');
    expect(await readAll(socket)).toBe('hello');
  });

  test('a port that is taken is an error with a remedy', async () => {
    const taken = await publish({ ...tcp, hostAddress: '127.0.0.1' }, refusing);
    const hostPort = present(taken.ports[0], 'port').hostPort;
    await expect(publishPort({ ...tcp, hostPort }, refusing)).rejects.toMatchObject({
      code: 'PORT_UNAVAILABLE',
      message: `port localhost:${hostPort}/tcp cannot be published for container port 80: something on this host listens there already`,
      hint: expect.stringContaining('choose another host port'),
    });
    // The half that could listen is closed again.
    await publish({ ...tcp, hostAddress: '::1', hostPort }, refusing);
  });

  test('an address the host does not have is an error', async () => {
    await expect(publishPort({ ...tcp, hostAddress: '192.0.2.99' }, refusing)).rejects.toMatchObject({
      code: 'PORT_UNAVAILABLE',
      hint: 'publish on 127.0.0.1 or ::1',
    });
  });

  test('closing ends idle connections at the deadline, and the port is free again', async () => {
    const publication = await publishPort(tcp, await startService(echo));
    const port = present(publication.ports[0], 'port');
    const socket = await connectTo(port);
    socket.write('x');
    await once(socket, 'data');
    const reset = once(socket, 'error');
    await publication.close(20);
    expect((await reset)[0]).toMatchObject({ code: 'ECONNRESET' });
    await expect(connectTo(port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('closing lets a transfer that is under way end within the deadline', async () => {
    const dialer = await startService(async (socket) => {
      await readAll(socket);
      socket.end('done');
    });
    const publication = await publishPort(tcp, dialer);
    const socket = await connectTo(present(publication.ports[0], 'port'));
    socket.write('x');
    const closed = publication.close(20_000);
    socket.end();
    expect(await readAll(socket)).toBe('done');
    await closed;
  });
});

describe('published UDP ports', () => {
  async function startUdpEcho(): Promise<{
    readonly dialer: ContainerDialer;
    readonly dialled: () => number;
  }> {
    const service = createSocket('udp4');
    service.on('message', (message, from) => service.send(`echo ${message}`, from.port, from.address));
    service.bind(0, '127.0.0.1');
    await once(service, 'listening');
    open.push(() => service.close());
    let dialled = 0;
    const dialer: ContainerDialer = {
      ...refusing,
      async udp() {
        dialled += 1;
        const socket = createSocket('udp4');
        socket.connect(service.address().port, '127.0.0.1');
        await once(socket, 'connect');
        return datagramPortOf(socket);
      },
    };
    return { dialer, dialled: () => dialled };
  }

  async function client(): Promise<UdpSocket> {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    open.push(() => socket.close());
    return socket;
  }

  test('answers find their way back to the client that asked, each over a socket of its own', async () => {
    const { dialer, dialled } = await startUdpEcho();
    const { ports } = await publish({ ...tcp, protocol: 'udp' }, dialer);
    const { hostPort } = present(ports[0], 'port');
    expect(ports.map((each) => each.hostPort)).toEqual([hostPort, hostPort]);
    const clients = [await client(), await client()];
    for (const word of ['one', 'two']) {
      for (const [at, each] of clients.entries()) {
        each.send(`${word}${at}`, hostPort, '127.0.0.1');
        expect(String((await once(each, 'message'))[0])).toBe(`echo ${word}${at}`);
      }
    }
    expect(dialled()).toBe(2);
  });

  test('where the container refuses, nothing comes back and the port stays', async () => {
    const { ports } = await publish({ ...tcp, hostAddress: '127.0.0.1', protocol: 'udp' }, refusing);
    const socket = await client();
    const { hostPort } = present(ports[0], 'port');
    socket.send('lost', hostPort, '127.0.0.1');
    await new Promise((resolve) => socket.send('lost', hostPort, '127.0.0.1', resolve));
    await expect(
      publishPort({ ...tcp, hostAddress: '127.0.0.1', hostPort, protocol: 'udp' }, refusing),
    ).rejects.toMatchObject({ code: 'PORT_UNAVAILABLE' });
  });
});
