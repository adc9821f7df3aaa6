import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Takes uploads on loopback by the letter of the specification (unlike Distribution it looks at Content-Range), and hangs up when told to. */
export class UploadRegistry implements AsyncDisposable {
  readonly blobs = new Map<string, Buffer>();
  readonly manifests = new Map<string, { readonly type: string; readonly body: Buffer }>();
  /** In order. */
  readonly asked: { readonly line: string; readonly headers: IncomingMessage['headers'] }[] = [];
  /** Said of every manifest that is sent. */
  manifestHeaders: Readonly<Record<string, string>> = {};
  /** Hangs up after so many bytes of a chunk, once each. */
  readonly breaks: number[] = [];
  minimumChunkBytes = 0;
  /** Of each chunk no more is kept than this. */
  keptBytes = Number.POSITIVE_INFINITY;
  /** Instead of an answer, by method and path. */
  refusal: { readonly of: RegExp; readonly status: number; readonly code: string } | undefined;
  readonly #uploads = new Map<string, Buffer>();
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch(() => response.destroy());
    });
  }

  static async start(): Promise<UploadRegistry> {
    const registry = new UploadRegistry();
    await new Promise<void>((resolve) => registry.#server.listen(0, '127.0.0.1', resolve));
    return registry;
  }

  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '' } = request;
    this.asked.push({ line: `${method} ${url}`, headers: request.headers });
    if (this.refusal?.of.test(`${method} ${url}`) === true) {
      await readAll(request);
      response.writeHead(this.refusal.status);
      response.end(JSON.stringify({ errors: [{ code: this.refusal.code }] }));
      return;
    }
    const { pathname, searchParams } = new URL(url, 'http://x');
    const end = (status: number, headers: Record<string, string> = {}): void => {
      response.writeHead(status, headers);
      response.end();
    };
    if (method === 'HEAD') return end(this.blobs.has(pathname.split('/').at(-1) ?? '') ? 200 : 404);
    if (method === 'POST') {
      const id = String(this.#uploads.size);
      this.#uploads.set(id, Buffer.alloc(0));
      const minimum = this.minimumChunkBytes === 0 ? undefined : String(this.minimumChunkBytes);
      return end(202, {
        location: `/upload/${id}?state=a`,
        ...(minimum === undefined ? {} : { 'oci-chunk-min-length': minimum }),
      });
    }
    if (pathname.startsWith('/upload/'))
      return this.#upload(request, response, pathname.slice(8), searchParams);
    const had = this.manifests.get(pathname);
    if (method === 'GET') {
      response.writeHead(had === undefined ? 404 : 200, { 'content-type': had?.type ?? 'text/plain' });
      response.end(had?.body);
      return;
    }
    const body = await readAll(request);
    this.manifests.set(pathname, { type: request.headers['content-type'] ?? '', body });
    return end(201, this.manifestHeaders);
  }

  async #upload(
    request: IncomingMessage,
    response: ServerResponse,
    id: string,
    query: URLSearchParams,
  ): Promise<void> {
    const had = this.#uploads.get(id) ?? Buffer.alloc(0);
    const end = (status: number): void => {
      const reached = this.#uploads.get(id)?.length ?? 0;
      response.writeHead(status, {
        location: `/upload/${id}?state=${reached}`,
        // As Distribution has it, which says `0-0` of nothing, too.
        ...(reached > 0 || this.keptBytes === 0 ? { range: `0-${Math.max(reached - 1, 0)}` } : {}),
      });
      response.end();
    };
    if (request.method === 'GET') return end(204);
    const start = /^(\d+)-/.exec(request.headers['content-range'] ?? '')?.[1];
    if (start !== undefined && Number(start) !== had.length) return end(416);
    const breakAfter = request.method === 'PATCH' ? this.breaks.shift() : undefined;
    const body = await readAll(request, breakAfter);
    const kept = request.method === 'PATCH' ? body.subarray(0, this.keptBytes) : body;
    this.#uploads.set(id, Buffer.concat([had, kept]));
    if (breakAfter !== undefined) {
      request.socket.destroy();
      return;
    }
    if (request.method === 'PUT') this.blobs.set(query.get('digest') ?? '', Buffer.concat([had, body]));
    return end(request.method === 'PUT' ? 201 : 202);
  }
}

async function readAll(request: IncomingMessage, most = Number.POSITIVE_INFINITY): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= most) break;
  }
  return Buffer.concat(chunks).subarray(0, most);
}
