import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { dialFailureOf } from '../../core/dial-error.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import { abortable } from '../run/abortable.ts';

export interface HttpRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** How many redirections to follow. */
  readonly follow: number;
  readonly insecure: boolean;
  readonly maxBodyBytes: number;
}

export type HttpAnswer =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly headers: IncomingHttpHeaders;
      readonly body: Buffer;
      readonly url: string;
    }
  /** No response: what `expect: { error: … }` sees. */
  | { readonly kind: 'failed'; readonly failure: HttpFailure; readonly message: string };

export type HttpFailure = 'refused' | 'reset' | 'timeout' | 'unreachable' | 'no-name' | 'tls' | 'protocol';

/** It was stopped while nobody had taken the connection yet. */
export class NotConnected extends Error {
  constructor(cause: unknown) {
    super('the connection was not made in time', { cause });
    this.name = 'NotConnected';
  }
}

/** TCP from wherever the request is to come from. */
export type Dial = (host: string, port: number) => Promise<Duplex>;

const redirects: readonly number[] = [301, 302, 303, 307, 308];

/** One request and its response, with redirections if they are to be followed. A connection of its own for each. */
export async function exchange(request: HttpRequest, dial: Dial, signal: AbortSignal): Promise<HttpAnswer> {
  const answer = await exchangeOnce(request, dial, signal);
  if (answer.kind === 'failed' || !redirects.includes(answer.status) || answer.headers.location === undefined)
    return answer;
  if (request.follow === 0) return answer;
  return exchange(planRedirect(request, answer.status, answer.headers.location), dial, signal);
}

/** RFC 9110, 15.4: 303, and by custom 301 and 302 after POST, go on with GET; other hosts get no credentials. */
function planRedirect(request: HttpRequest, status: number, location: string): HttpRequest {
  const url = new URL(location, request.url);
  const asGet = status === 303 || ((status === 301 || status === 302) && request.method === 'POST');
  const kept = Object.entries(request.headers).filter(([name]) => {
    const lower = name.toLowerCase();
    if (lower === 'host') return false;
    if (asGet && lower.startsWith('content-')) return false;
    return url.host === new URL(request.url).host || !['authorization', 'cookie'].includes(lower);
  });
  const { body, ...rest } = request;
  const next = { ...rest, url: url.href, follow: request.follow - 1, headers: Object.fromEntries(kept) };
  return asGet ? { ...next, method: 'GET' } : { ...next, ...(body === undefined ? {} : { body }) };
}

async function exchangeOnce(request: HttpRequest, dial: Dial, signal: AbortSignal): Promise<HttpAnswer> {
  const url = new URL(request.url);
  // Node's own modules for it take a fifth of Node's start: runs without HTTP do without. Before there is a connection to watch.
  const { request: openRequest } = await import('node:http');
  const tls = url.protocol === 'https:' ? await import('node:tls') : undefined;
  let connection: Duplex | undefined;
  try {
    const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
    const host = url.hostname.replace(/^\[|\]$/g, '');
    connection = await abortable(dial(host, port), signal);
    if (tls !== undefined)
      connection = await abortable(secure(tls.connect, connection, host, request.insecure), signal);
    return await abortable(send(openRequest, request, url, connection), signal);
  } catch (error) {
    if (signal.aborted && connection === undefined) throw new NotConnected(error);
    if (signal.aborted || error instanceof MayflyError) throw error;
    return failed(error);
  } finally {
    connection?.destroy();
  }
}

/** TLS over the connection; resolves once the handshake is done. */
function secure(
  openTls: typeof import('node:tls').connect,
  connection: Duplex,
  host: string,
  insecure: boolean,
): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const servername = /^[\d.]+$|:/.test(host) ? '' : host;
    const socket = openTls({
      socket: connection,
      servername,
      host,
      rejectUnauthorized: !insecure,
      ALPNProtocols: ['http/1.1'],
    });
    socket.once('secureConnect', () => resolve(socket));
    // Both may fail more than once, and after anybody waits for them: an error without a listener would end the process.
    connection.on('error', (error) => reject(new TlsError(error)));
    socket.on('error', (error) => reject(new TlsError(error)));
  });
}

class TlsError extends Error {
  constructor(cause: Error) {
    super(cause.message, { cause });
  }
}

function send(
  openRequest: typeof import('node:http').request,
  request: HttpRequest,
  url: URL,
  connection: Duplex,
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const { method, headers, body, maxBodyBytes } = request;
    connection.on('error', reject);
    const client: ClientRequest = openRequest({
      createConnection: () => connection,
      path: `${url.pathname}${url.search}`,
      method,
      setHost: false,
      headers: { host: url.host, connection: 'close', ...headers },
    });
    client.on('error', reject);
    client.once('response', (response) => {
      readBody(response, maxBodyBytes).then(
        (bytes) =>
          resolve({
            kind: 'answered',
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: bytes,
            url: url.href,
          }),
        reject,
      );
    });
    client.end(body);
  });
}

async function readBody(response: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response) {
    size += chunk.length;
    if (size > maxBytes)
      throw new MayflyError(
        'OUTPUT_LIMIT',
        `the response is larger than the limit bodyBytes (${maxBytes} bytes)`,
      );
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const sentences: Readonly<Record<HttpFailure, string>> = {
  refused: 'the connection was refused',
  reset: 'the connection was reset',
  timeout: 'the connection timed out',
  unreachable: 'the host is unreachable',
  'no-name': 'the name does not resolve',
  tls: 'the TLS handshake failed',
  protocol: 'the answer is not HTTP',
};

function failed(error: unknown): HttpAnswer {
  const detail = error instanceof Error ? error.message : String(error);
  const failure =
    error instanceof TlsError
      ? 'tls'
      : (dialFailureOf(error) ?? (isParseError(error) ? 'protocol' : 'reset'));
  return { kind: 'failed', failure, message: `${sentences[failure]} (${detail})` };
}

/** Node's parser errors are named `HPE_…` (llhttp). */
function isParseError(error: unknown): boolean {
  return (
    typeof error === 'object' && error !== null && 'code' in error && String(error.code).startsWith('HPE_')
  );
}
