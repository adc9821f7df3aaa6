import { MayflyError } from '../../core/mayfly-error.ts';
import { JsonReader } from '../read-json.ts';
import type { Challenge } from './challenge.ts';
import { explainAnswer } from './explain-answer.ts';
import type { Credential } from './login/credential.ts';
import { type Endpoint, mayAsk } from './plan-endpoints.ts';
import { type Patience, sendPatiently } from './send-patiently.ts';
import type { HttpRequest, Transport } from './transport.ts';

const clientId = 'mayfly';

/** Gets what a registry wants to see in `Authorization`, and keeps it: a token for each scope, or the login itself. */
export class Authenticator {
  readonly #endpoint: Endpoint;
  readonly #transport: Transport;
  readonly #findCredential: () => Promise<Credential | undefined>;
  readonly #headers = new Map<string, string>();

  constructor(
    endpoint: Endpoint,
    transport: Transport,
    findCredential: () => Promise<Credential | undefined>,
  ) {
    this.#endpoint = endpoint;
    this.#transport = transport;
    this.#findCredential = findCredential;
  }

  /** As it was accepted for this scope before. */
  headerFor(scope: string): string | undefined {
    return this.#headers.get(scope);
  }

  /** Does what the registry asks for; undefined when there is no login that could. */
  async answer(challenge: Challenge, scope: string, patience: Patience): Promise<string | undefined> {
    const credential = await this.#findCredential();
    const header = await this.#headerOf(challenge, scope, credential, patience);
    if (header !== undefined) this.#headers.set(scope, header);
    return header;
  }

  async #headerOf(
    challenge: Challenge,
    scope: string,
    credential: Credential | undefined,
    patience: Patience,
  ): Promise<string | undefined> {
    if (challenge.kind === 'basic')
      return credential?.kind === 'password' ? renderBasic(credential) : undefined;
    if (credential?.kind === 'registryToken') return `Bearer ${credential.token}`;
    return `Bearer ${await this.#fetchToken(challenge, scope, credential, patience)}`;
  }

  /** distribution's auth/token.md and auth/oauth.md. */
  async #fetchToken(
    challenge: Extract<Challenge, { kind: 'bearer' }>,
    scope: string,
    credential: Credential | undefined,
    patience: Patience,
  ): Promise<string> {
    const realm = this.#parseRealm(challenge.realm);
    const query = new URLSearchParams();
    if (challenge.service !== undefined) query.set('service', challenge.service);
    // What the registry names is what it will want to see; several scopes are parameters of their own.
    for (const each of (scope === '' ? (challenge.scope ?? '') : scope).split(' '))
      if (each !== '') query.append('scope', each);
    const request = planTokenRequest(realm, query, credential);
    const answer = await sendPatiently(() => this.#transport.send(request, patience.signal), {
      ...patience,
      name: realm.host,
    });
    if (answer.status !== 200) {
      throw await explainAnswer(answer, this.#endpoint.name, `getting a token from ${realm.host}`);
    }
    const bytes = await answer.body.whole('registryAnswerBytes', `the token of ${realm.host}`);
    const json = JsonReader.parse(bytes, `the token of ${realm.host}`);
    const token = json.text('token') ?? json.text('access_token') ?? '';
    if (/^[\x21-\x7e]+$/.test(token)) return token;
    throw new MayflyError('REGISTRY_REFUSED', `${realm.host} gives no token that could be sent`);
  }

  /** A login is sent there: never in the clear where the registry itself is not spoken to in the clear. */
  #parseRealm(text: string): URL {
    let realm: URL | undefined;
    try {
      realm = new URL(text);
    } catch {
      // told below
    }
    const { name, plain } = this.#endpoint;
    if (realm !== undefined && mayAsk(realm, plain)) return realm;
    const shown = JSON.stringify(text.slice(0, 200));
    throw new MayflyError('REGISTRY_REFUSED', `${name} sends for a token to ${shown}, where no login may go`);
  }
}

function planTokenRequest(
  realm: URL,
  query: URLSearchParams,
  credential: Credential | undefined,
): HttpRequest {
  if (credential?.kind === 'identityToken') {
    query.set('grant_type', 'refresh_token');
    query.set('client_id', clientId);
    query.set('refresh_token', credential.token);
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return { method: 'POST', url: realm, headers, body: Buffer.from(query.toString()) };
  }
  const url = new URL(realm);
  for (const [name, value] of query) url.searchParams.append(name, value);
  if (credential?.kind !== 'password') return { method: 'GET', url, headers: {} };
  url.searchParams.set('account', credential.username);
  return { method: 'GET', url, headers: { authorization: renderBasic(credential) } };
}

function renderBasic({ username, password }: Extract<Credential, { kind: 'password' }>): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}
