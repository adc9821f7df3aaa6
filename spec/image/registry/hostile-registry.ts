import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
}

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

/** A registry of the test's own on loopback: it serves files, and whatever a test wants it to do instead. */
export class HostileRegistry implements AsyncDisposable {
  readonly seen: Seen[] = [];
  readonly files: Map<string, { readonly type: string; readonly body: Uint8Array }> = new Map();
  /** By the end of a path; asked before the files. Once each when it is a list. */
  readonly tricks: { readonly path: RegExp; readonly answer: Answer; times: number }[] = [];
  readonly #server: Server;

  private constructor() {
    this.#server = createServer({ keepAlive: true }, (request, response) => this.#answer(request, response));
  }

  static async start(): Promise<HostileRegistry> {
    const registry = new HostileRegistry();
    await new Promise<void>((resolve) => registry.#server.listen(0, '127.0.0.1', resolve));
    return registry;
  }

  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** An OCI layout's files as the repository `app` with the tag `1`. */
  serve(layout: ReadonlyMap<string, Buffer>): void {
    for (const [path, body] of layout) {
      const hex = /^blobs\/sha256\/(.*)$/.exec(path)?.[1];
      if (hex === undefined) continue;
      this.files.set(`/v2/app/blobs/sha256:${hex}`, { type: 'application/octet-stream', body });
      const { mediaType } = parse(body);
      if (mediaType !== undefined)
        this.files.set(`/v2/app/manifests/sha256:${hex}`, { type: mediaType, body });
    }
    const [top] = JSON.parse(layout.get('index.json')?.toString() ?? '').manifests;
    const body = layout.get(`blobs/sha256/${top.digest.slice(7)}`) ?? Buffer.alloc(0);
    for (const name of ['1', top.digest])
      this.files.set(`/v2/app/manifests/${name}`, { type: top.mediaType, body });
  }

  /** Instead of what it has, as often as said. */
  trick(path: RegExp, answer: Answer, times = Number.POSITIVE_INFINITY): void {
    this.tricks.push({ path, answer, times });
  }

  asked(path: RegExp): readonly Seen[] {
    return this.seen.filter(({ url }) => path.test(url));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { method = '', url = '', headers } = request;
    this.seen.push({ method, url, headers });
    const trick = this.tricks.find(({ path, times }) => path.test(url) && times > 0);
    if (trick !== undefined) {
      trick.times -= 1;
      trick.answer(response, request);
      return;
    }
    if (url === '/v2/') {
      response.end('{}');
      return;
    }
    const file = this.files.get(url);
    if (file === undefined)
      send(404, '{"errors":[{"code":"NAME_UNKNOWN","message":"unknown"}]}')(response, request);
    else sendFile(file.body, { 'content-type': file.type })(response, request);
  }
}

function parse(body: Uint8Array): { readonly mediaType?: string } {
  try {
    const json = JSON.parse(Buffer.from(body).toString());
    if (Array.isArray(json.layers)) return { mediaType: 'application/vnd.oci.image.manifest.v1+json' };
    if (Array.isArray(json.manifests)) return { mediaType: 'application/vnd.oci.image.index.v1+json' };
  } catch {
    // a layer
  }
  return {};
}

export function send(
  status: number,
  body: string | Uint8Array,
  headers: Record<string, string> = {},
): Answer {
  return (response) => {
    response.writeHead(status, headers);
    response.end(body);
  };
}

/** Honest, and by Range. */
export function sendFile(body: Uint8Array, headers: Record<string, string> = {}): Answer {
  return (response, request) => {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const range = { 'content-range': `bytes ${from}-${body.length - 1}/${body.length}` };
    response.writeHead(from > 0 ? 206 : 200, { ...headers, ...(from > 0 ? range : {}) });
    response.end(request.method === 'HEAD' ? undefined : body.subarray(from));
  };
}

/** Announces all of it, and hangs up in the middle. */
export function breakOff(body: Uint8Array, after: number): Answer {
  return (response, request) => {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const range = { 'content-range': `bytes ${from}-${body.length - 1}/${body.length}` };
    response.writeHead(from > 0 ? 206 : 200, {
      'content-length': String(body.length - from),
      ...(from > 0 ? range : {}),
    });
    response.write(body.subarray(from, from + after), () => response.destroy());
  };
}

/** Bytes without end, as fast as they are taken or one every so often. */
export function endless(everyMs = 0, status = 200): Answer {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/vnd.oci.image.manifest.v1+json' });
    const chunk = Buffer.alloc(everyMs === 0 ? 65_536 : 1, 0x20);
    const more = (): void => {
      if (response.destroyed) return;
      if (everyMs > 0) {
        response.write(chunk);
        setTimeout(more, everyMs);
      } else if (response.write(chunk)) setImmediate(more);
      else response.once('drain', more);
    };
    more();
  };
}
