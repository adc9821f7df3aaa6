import { type ImageReference, renderReference } from '../../core/image-reference.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import { digestMismatch, digestOf } from '../digest.ts';
import { type ImageLimits, limitError } from '../image-limits.ts';
import { indexTypes, manifestTypes } from '../oci/descriptor.ts';
import { explainAnswer } from './explain-answer.ts';
import { checkManifest } from './manifest-type.ts';
import type { EndpointRequest, RegistryEndpoint } from './registry-endpoint.ts';
import type { HttpAnswer } from './transport.ts';

export interface FetchedManifest {
  readonly mediaType: string;
  readonly digest: string;
  readonly bytes: Uint8Array;
}

/** What is asked of a repository; each answer is checked before anything of it is believed (distribution-spec 1.1, "Pull"). */
export class RegistryClient {
  readonly endpoint: RegistryEndpoint;
  readonly #repository: string;
  readonly #limits: ImageLimits;

  constructor(endpoint: RegistryEndpoint, repository: string, limits: ImageLimits) {
    this.endpoint = endpoint;
    this.#repository = repository;
    this.#limits = limits;
  }

  /** Undefined when there is none of that tag. Costs no pull where they are counted. */
  async findDigest(tag: string, signal: AbortSignal): Promise<string | undefined> {
    const answer = await this.#ask('HEAD', `manifests/${tag}`, { headers: { accept }, signal });
    answer.body.discard();
    const digest = answer.header('docker-content-digest');
    return answer.status === 200 && digest !== undefined && /^sha256:[0-9a-f]{64}$/.test(digest)
      ? digest
      : undefined;
  }

  /** By tag or by digest. */
  async fetchManifest(reference: string, signal: AbortSignal): Promise<FetchedManifest> {
    const what = `fetching the manifest ${reference}`;
    const answer = await this.#ask('GET', `manifests/${reference}`, { headers: { accept }, signal });
    if (answer.status !== 200) throw await explainAnswer(answer, this.endpoint.name, what);
    this.#checkLength(answer, reference);
    const bytes = await answer.body.whole('manifestBytes', `the manifest ${reference}`);
    const digest = digestOf(bytes);
    const announced = reference.startsWith('sha256:') ? reference : answer.header('docker-content-digest');
    if (announced?.startsWith('sha256:') === true && announced !== digest)
      throw digestMismatch(`the manifest ${reference}`, announced, digest);
    return { mediaType: checkManifest(bytes, answer.header('content-type')), digest, bytes };
  }

  /** From a place on; `skipped` says whether the registry heeded it. */
  async openBlob(
    digest: string,
    from: number,
    signal: AbortSignal,
  ): Promise<{ readonly skipped: boolean; readonly chunks: AsyncIterable<Uint8Array> }> {
    const headers: Record<string, string> = from === 0 ? {} : { range: `bytes=${from}-` };
    const answer = await this.#ask('GET', `blobs/${digest}`, { headers, signal });
    if (answer.status === 200) return { skipped: false, chunks: answer.body.chunks() };
    if (answer.status === 206 && from > 0) {
      const start = /^bytes (\d+)-/.exec(answer.header('content-range') ?? '')?.[1];
      if (start === String(from)) return { skipped: true, chunks: answer.body.chunks() };
      answer.body.discard();
      throw new MayflyError(
        'REGISTRY_REFUSED',
        `${this.endpoint.name} sends another part of ${digest} than was asked for`,
      );
    }
    throw await explainAnswer(answer, this.endpoint.name, `fetching ${digest}`);
  }

  #ask(
    method: EndpointRequest['method'],
    path: string,
    options: Omit<EndpointRequest, 'method' | 'to' | 'scope'>,
  ): Promise<HttpAnswer> {
    return this.endpoint.request({
      method,
      to: `/v2/${this.#repository}/${path}`,
      scope: `repository:${this.#repository}:pull`,
      ...options,
    });
  }

  /** Before it is read: a giant is not even begun. */
  #checkLength(answer: HttpAnswer, what: string): void {
    const length = Number(answer.header('content-length') ?? 0);
    if (length <= this.#limits.manifestBytes) return;
    answer.body.discard();
    throw limitError('manifestBytes', this.#limits, `the manifest ${what} is too large`);
  }
}

const accept = [...manifestTypes, ...indexTypes].join(', ');

/** What a registry calls the manifest that is meant. */
export function manifestNameOf(reference: ImageReference): string {
  const name = reference.digest ?? reference.tag;
  if (name !== undefined) return name;
  throw new MayflyError(
    'IMAGE_REFERENCE_INVALID',
    `${renderReference(reference)} has neither tag nor digest`,
  );
}
