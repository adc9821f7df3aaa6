import { MayflyError } from '../../core/mayfly-error.ts';
import type { ImageLimits } from '../image-limits.ts';
import { Authenticator } from './authenticator.ts';
import { parseChallenge } from './challenge.ts';
import { explainFailure } from './explain-failure.ts';
import type { Credential } from './login/credential.ts';
import { type Endpoint, mayAsk } from './plan-endpoints.ts';
import { type Patience, sendPatiently } from './send-patiently.ts';
import type { HttpAnswer, HttpRequest, Transport } from './transport.ts';

export interface EndpointRequest {
  readonly method: HttpRequest['method'];
  /** Below the base, such as `/v2/app/manifests/1`, or where the registry said that it goes on. */
  readonly to: string | URL;
  /** What a token has to allow: `repository:app:pull`. */
  readonly scope: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** What can be sent again is given as bytes. */
  readonly body?: HttpRequest['body'];
  readonly answerMs?: number;
  readonly signal: AbortSignal;
}

export interface EndpointOptions {
  readonly transport: Transport;
  readonly limits: ImageLimits;
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
  readonly findCredential: (loginName: string, signal: AbortSignal) => Promise<Credential | undefined>;
}

/** One server that answers for a registry: asked politely, with what it wants to see, wherever it redirects to. */
export class RegistryEndpoint {
  readonly name: string;
  readonly #endpoint: Endpoint;
  readonly #options: EndpointOptions;
  #base: Promise<string> | undefined;
  #authenticator: Authenticator | undefined;

  constructor(endpoint: Endpoint, options: EndpointOptions) {
    this.name = endpoint.name;
    this.#endpoint = endpoint;
    this.#options = options;
  }

  /** Any answer but those that may pass, that ask for a login which we have, or that lead elsewhere. */
  async request(asked: EndpointRequest): Promise<HttpAnswer> {
    const base = await this.#findBase(asked.signal);
    const url = typeof asked.to === 'string' ? new URL(`${base}${asked.to}`) : asked.to;
    this.#refusePlain(url);
    // A login is for the registry, not for whom it names.
    const isOwn = url.origin === new URL(base).origin;
    const authenticator = this.#openAuthenticator(asked.signal);
    const known = isOwn ? authenticator.headerFor(asked.scope) : undefined;
    const answer = await this.#follow(asked, url, known);
    if (answer.status !== 401 || !isOwn || answer.url.origin !== url.origin) return answer;
    const challenge = parseChallenge(answer.header('www-authenticate') ?? '');
    if (challenge === undefined || isStream(asked.body)) return answer;
    const header = await authenticator.answer(challenge, asked.scope, this.#patience(asked.signal));
    if (header === undefined) return answer;
    answer.body.discard();
    return this.#follow(asked, url, header);
  }

  /** Where a Location header leads (RFC 9110, 10.2.2). */
  resolve(answer: HttpAnswer): URL | undefined {
    const location = answer.header('location');
    if (location === undefined) return undefined;
    try {
      return new URL(location, answer.url);
    } catch {
      return undefined;
    }
  }

  async #follow(asked: EndpointRequest, start: URL, authorization: string | undefined): Promise<HttpAnswer> {
    const { limits } = this.#options;
    let url = start;
    for (let redirects = 0; redirects <= limits.registryRedirects; redirects += 1) {
      // Never sent along to another place: it may be anybody's.
      const isOwn = url.origin === start.origin;
      const answer = await this.#send(asked, url, isOwn ? authorization : undefined);
      if (![301, 302, 303, 307, 308].includes(answer.status)) return answer;
      if (asked.method !== 'GET' && asked.method !== 'HEAD') return answer;
      answer.body.discard();
      const next = this.resolve(answer);
      if (next === undefined) throw this.#refused('redirects to nowhere');
      this.#refusePlain(next);
      url = next;
    }
    throw this.#refused(`redirects more than ${limits.registryRedirects} times`);
  }

  #send(asked: EndpointRequest, url: URL, authorization: string | undefined): Promise<HttpAnswer> {
    const { method, body, answerMs } = asked;
    const headers = { ...asked.headers, ...(authorization === undefined ? {} : { authorization }) };
    const request: HttpRequest = {
      method,
      url,
      headers,
      ...(body === undefined ? {} : { body }),
      ...(answerMs === undefined ? {} : { answerMs }),
    };
    const send = (): Promise<HttpAnswer> => this.#options.transport.send(request, asked.signal);
    const patience = this.#patience(asked.signal);
    // A stream cannot be sent twice: who sends one knows how to go on.
    const limits = isStream(body) ? { ...patience.limits, registryAttempts: 1 } : patience.limits;
    return sendPatiently(send, { ...patience, name: url.host, limits });
  }

  /** Where there may be no TLS, it is tried first; found out once. */
  #findBase(signal: AbortSignal): Promise<string> {
    const [first, second] = this.#endpoint.bases;
    this.#base ??= second === undefined ? Promise.resolve(first) : this.#tryTls(first, second, signal);
    return this.#base;
  }

  async #tryTls(https: string, http: string, signal: AbortSignal): Promise<string> {
    try {
      const answer = await this.#options.transport.send(
        { method: 'GET', url: new URL(`${https}/v2/`), headers: {} },
        signal,
      );
      answer.body.discard();
      return https;
    } catch (error) {
      signal.throwIfAborted();
      const failure = explainFailure(error, this.name);
      if (failure?.isPlain === true) return http;
      this.#base = undefined;
      throw failure?.error ?? error;
    }
  }

  #refusePlain(url: URL): void {
    if (mayAsk(url, this.#endpoint.plain)) return;
    throw this.#refused(`leads to ${JSON.stringify(url.href.slice(0, 200))}, which is not asked`);
  }

  #refused(what: string): MayflyError {
    return new MayflyError('REGISTRY_REFUSED', `${this.name} ${what}`);
  }

  #openAuthenticator(signal: AbortSignal): Authenticator {
    const { transport, findCredential } = this.#options;
    let found: Promise<Credential | undefined> | undefined;
    this.#authenticator ??= new Authenticator(this.#endpoint, transport, () => {
      found ??= findCredential(this.#endpoint.loginName, signal);
      return found;
    });
    return this.#authenticator;
  }

  #patience(signal: AbortSignal): Patience {
    const { limits, nowMs } = this.#options;
    return { name: this.name, limits, nowMs, signal };
  }
}

function isStream(body: HttpRequest['body']): boolean {
  return body !== undefined && !(body instanceof Uint8Array);
}
