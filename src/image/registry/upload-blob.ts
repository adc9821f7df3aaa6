import { setTimeout as sleep } from 'node:timers/promises';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { ImageLimits } from '../image-limits.ts';
import type { BlobPromise } from '../store/blob-store.ts';
import { explainAnswer } from './explain-answer.ts';
import type { RegistryEndpoint } from './registry-endpoint.ts';
import type { HttpAnswer } from './transport.ts';

export interface Upload extends BlobPromise {
  readonly scope: string;
  /** So many bytes from there on. */
  readonly open: (start: number, length: number) => AsyncIterable<Uint8Array>;
  readonly onProgress: (doneBytes: number) => void;
}

export interface UploadContext {
  readonly limits: ImageLimits;
  readonly signal: AbortSignal;
}

/**
 * Sends a blob in chunks (distribution-spec 1.1, "Pushing a blob in chunks"). After a failure the registry is asked how far it
 * got: what a chunk that broke off has left there, nobody else knows.
 */
export async function uploadBlob(
  start: URL,
  minimumChunkBytes: number,
  upload: Upload,
  endpoint: RegistryEndpoint,
  context: UploadContext,
): Promise<void> {
  const { limits, signal } = context;
  const chunkBytes = Math.max(limits.registryChunkBytes, minimumChunkBytes);
  const sender = new ChunkSender(start, upload, endpoint, signal);
  for (let failures = 0; sender.sentBytes < upload.sizeBytes; ) {
    const begunAt = sender.sentBytes;
    // Counted as they leave: who takes the same bytes again and again is not sent them for ever.
    if (sender.leftBytes > limits.registryAttempts * upload.sizeBytes) throw sender.insatiable();
    try {
      await sender.sendChunk(chunkBytes);
      failures = 0;
    } catch (error) {
      signal.throwIfAborted();
      failures += 1;
      if (!(error instanceof MayflyError) || !mayPass(error) || failures >= limits.registryAttempts)
        throw error;
      await sleep(limits.registryBackoffMs * 2 ** (failures - 1), undefined, { signal });
      await sender.askHowFar();
      // Bytes by the dozen are no progress.
      if (sender.sentBytes - begunAt >= limits.registryTrickleBytes) failures = 0;
    }
    upload.onProgress(sender.sentBytes);
  }
  await sender.finish(new Uint8Array(0));
}

/** Sends a small blob whole ("POST then PUT"). */
export async function uploadWhole(
  location: URL,
  upload: Upload,
  endpoint: RegistryEndpoint,
  { signal }: UploadContext,
): Promise<void> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of upload.open(0, upload.sizeBytes)) chunks.push(chunk);
  await new ChunkSender(location, upload, endpoint, signal).finish(Buffer.concat(chunks));
}

/** A token that is too old is renewed by the question how far we are. */
function mayPass({ code }: MayflyError): boolean {
  return code === 'IMAGE_UNREACHABLE' || code === 'REGISTRY_REFUSED' || code === 'REGISTRY_UNAUTHORIZED';
}

class ChunkSender {
  readonly #upload: Upload;
  readonly #endpoint: RegistryEndpoint;
  readonly #signal: AbortSignal;
  #location: URL;
  #sentBytes = 0;
  #leftBytes = 0;

  constructor(location: URL, upload: Upload, endpoint: RegistryEndpoint, signal: AbortSignal) {
    this.#location = location;
    this.#upload = upload;
    this.#endpoint = endpoint;
    this.#signal = signal;
  }

  get sentBytes(): number {
    return this.#sentBytes;
  }

  /** What was sent, with all that was sent again. */
  get leftBytes(): number {
    return this.#leftBytes;
  }

  insatiable(): MayflyError {
    const { sizeBytes, digest } = this.#upload;
    return new MayflyError(
      'REGISTRY_REFUSED',
      `${this.#endpoint.name} was sent ${this.#leftBytes} bytes of ${digest}, which has ${sizeBytes}, and wants more`,
    );
  }

  async sendChunk(chunkBytes: number): Promise<void> {
    const { scope, sizeBytes, digest } = this.#upload;
    const start = this.#sentBytes;
    const length = Math.min(chunkBytes, sizeBytes - start);
    const answer = await this.#endpoint.request({
      method: 'PATCH',
      to: this.#location,
      scope,
      headers: {
        'content-type': 'application/octet-stream',
        'content-length': String(length),
        'content-range': `${start}-${start + length - 1}`,
      },
      body: this.#open(start, length),
      signal: this.#signal,
    });
    if (answer.status !== 202) throw await explainAnswer(answer, this.#endpoint.name, `sending ${digest}`);
    answer.body.discard();
    this.#moveTo(answer);
    this.#sentBytes = reachedBytes(answer) ?? start + length;
    this.#refuseBackwards(start);
    if (this.#sentBytes >= start + length) return;
    const part = `${this.#sentBytes - start} of ${length} bytes`;
    throw new MayflyError('REGISTRY_REFUSED', `${this.#endpoint.name} kept ${part} of a chunk of ${digest}`);
  }

  /** "Retrieve the progress of the upload": how much of it is there. */
  async askHowFar(): Promise<void> {
    const { scope, digest } = this.#upload;
    const answer = await this.#endpoint.request({
      method: 'GET',
      to: this.#location,
      scope,
      signal: this.#signal,
    });
    if (answer.status !== 204) throw await explainAnswer(answer, this.#endpoint.name, `sending ${digest}`);
    answer.body.discard();
    this.#moveTo(answer);
    this.#sentBytes = reachedBytes(answer) ?? 0;
    this.#refuseBackwards(0);
  }

  /** With the last bytes, if they were not sent before. */
  async finish(body: Uint8Array): Promise<void> {
    const { scope, digest } = this.#upload;
    const to = new URL(this.#location);
    to.searchParams.set('digest', digest);
    const answer = await this.#endpoint.request({
      method: 'PUT',
      to,
      scope,
      headers: { 'content-type': 'application/octet-stream', 'content-length': String(body.length) },
      body,
      signal: this.#signal,
    });
    if (answer.status !== 201) throw await explainAnswer(answer, this.#endpoint.name, `sending ${digest}`);
    answer.body.discard();
  }

  async *#open(start: number, length: number): AsyncGenerator<Uint8Array> {
    for await (const bytes of this.#upload.open(start, length)) {
      this.#leftBytes += bytes.length;
      yield bytes;
    }
  }

  /** Each answer says where it goes on. */
  #moveTo(answer: HttpAnswer): void {
    this.#location = this.#endpoint.resolve(answer) ?? this.#location;
  }

  #refuseBackwards(least: number): void {
    const { sizeBytes, digest } = this.#upload;
    if (this.#sentBytes >= least && this.#sentBytes <= sizeBytes) return;
    throw new MayflyError(
      'REGISTRY_REFUSED',
      `${this.#endpoint.name} says that it has ${this.#sentBytes} bytes of ${digest}, which has ${sizeBytes}`,
    );
  }
}

/** `Range: 0-N`, the last byte that is there. Distribution says `0-0` before the first, too. */
function reachedBytes(answer: HttpAnswer): number | undefined {
  const last = /^(?:bytes=)?0-(\d{1,15})$/.exec(answer.header('range') ?? '')?.[1];
  if (last === undefined) return undefined;
  return last === '0' ? 0 : Number(last) + 1;
}
