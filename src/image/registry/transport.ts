import { Agent, type Dispatcher, ProxyAgent, request } from 'undici';
import type { ImageLimits } from '../image-limits.ts';
import { AnswerBody } from './answer-body.ts';
import { chooseProxy } from './choose-proxy.ts';
import { readSecureContext } from './read-authorities.ts';
import type { RegistrySettings } from './registry-settings.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** A stream has its length in the headers, and can be sent once. */
  readonly body?: Uint8Array | AsyncIterable<Uint8Array>;
  /** Milliseconds until an answer begins; `registryAnswerMs` if nothing is said. */
  readonly answerMs?: number;
}

export interface HttpAnswer {
  readonly url: URL;
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  readonly body: AnswerBody;
}

/**
 * One exchange over HTTP, in the way that leads to the host: its proxy, its certificates. Nothing is followed, repeated or
 * remembered here but connections.
 */
export class Transport implements AsyncDisposable {
  readonly #settings: RegistrySettings;
  readonly #limits: ImageLimits;
  readonly #dispatchers = new Map<string, Dispatcher>();

  constructor(settings: RegistrySettings, limits: ImageLimits) {
    this.#settings = settings;
    this.#limits = limits;
  }

  async send(
    { method, url, headers, body, answerMs }: HttpRequest,
    signal: AbortSignal,
  ): Promise<HttpAnswer> {
    signal.throwIfAborted();
    const answer = await request(url, {
      method,
      headers: {
        'user-agent': this.#settings.userAgent,
        ...(body instanceof Uint8Array ? { 'content-length': String(body.length) } : {}),
        ...headers,
      },
      body: body === undefined ? null : await toReadable(body instanceof Uint8Array ? inPieces(body) : body),
      dispatcher: this.#dispatcherFor(url),
      // Said of each, for what a proxy's agent passes on is its own affair.
      headersTimeout: answerMs ?? this.#limits.registryAnswerMs,
      // What arrives too slowly ends in AnswerBody, which says so; this is for what never arrives.
      bodyTimeout: this.#limits.registrySilenceMs * 2,
      signal,
    });
    return {
      url,
      status: answer.statusCode,
      header: (name) => {
        const value = answer.headers[name];
        return typeof value === 'string' ? value : value?.join(', ');
      },
      body: new AnswerBody(answer.body, this.#limits),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const all = [...this.#dispatchers.values()];
    this.#dispatchers.clear();
    await Promise.all(all.map((dispatcher) => dispatcher.destroy()));
  }

  #dispatcherFor(url: URL): Dispatcher {
    const known = this.#dispatchers.get(url.origin);
    if (known !== undefined) return known;
    const made = this.#makeDispatcher(url);
    this.#dispatchers.set(url.origin, made);
    return made;
  }

  #makeDispatcher(url: URL): Dispatcher {
    const { registryAnswerMs } = this.#limits;
    const secureContext = url.protocol === 'https:' ? readSecureContext(url.host, this.#settings) : undefined;
    const tls = { timeout: registryAnswerMs, ...(secureContext === undefined ? {} : { secureContext }) };
    const options = { maxHeaderSize: 2 ** 16 };
    const proxy = chooseProxy(url, this.#settings.proxies);
    return proxy === undefined
      ? new Agent({ ...options, connect: tls })
      : // Plain http goes through as a proxy has it since ever; a tunnel is for https.
        new ProxyAgent({ ...options, uri: proxy, proxyTunnel: false, requestTls: tls });
  }
}

const pieceBytes = 2 ** 16;

/** undici starts the wait for an answer anew with each piece that has left, so that a slow line is not taken for silence. */
function* inPieces(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}

async function toReadable(source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) {
  const { Readable } = await import('node:stream');
  return Readable.from(source, { objectMode: false });
}
