import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

/** A proxy on loopback that takes every name for one server, and tells what it was asked for. */
export class TestProxy implements AsyncDisposable {
  readonly asked: string[] = [];
  readonly credentials: (string | undefined)[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(target: string) {
    const [host = '', port = ''] = target.split(':');
    this.#server = createServer((asked, response) => this.#forward(asked, response, host, Number(port)));
    this.#server.on('connect', (asked: IncomingMessage, socket: Socket) => {
      this.#note(`CONNECT ${asked.url}`, asked);
      const upstream = connect(Number(port), host, () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        upstream.pipe(socket).pipe(upstream);
      });
      this.#sockets.add(socket).add(upstream);
      for (const end of [socket, upstream]) end.on('error', () => end.destroy());
    });
  }

  static async start(target: string): Promise<TestProxy> {
    const proxy = new TestProxy(target);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #note(line: string, { headers }: IncomingMessage): void {
    this.asked.push(line);
    this.credentials.push(headers['proxy-authorization']);
  }

  /** A request in absolute form (RFC 9112, 3.2.2). */
  #forward(asked: IncomingMessage, response: ServerResponse, host: string, port: number): void {
    const { method = '', url = '', headers } = asked;
    this.#note(`${method} ${url}`, asked);
    const { pathname, search } = new URL(url);
    const upstream = request({ host, port, method, path: `${pathname}${search}`, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    upstream.on('error', () => response.destroy());
    asked.pipe(upstream);
  }
}
