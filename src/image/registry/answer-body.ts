import type { Dispatcher } from 'undici';
import { MayflyError } from '../../core/mayfly-error.ts';
import { type ImageLimits, limitError } from '../image-limits.ts';

/** Into how many a window is cut, so that only time is counted in which we waited. */
const ticksPerWindow = 10;
/** Of an answer nobody wants: as much is read to keep the connection. */
const discardedBytes = 2 ** 16;

/** What a server sends: as a stream that has to flow, or whole within a limit. To be read or discarded, for it holds a connection. */
export class AnswerBody {
  readonly #stream: Dispatcher.ResponseData['body'];
  readonly #limits: ImageLimits;

  constructor(stream: Dispatcher.ResponseData['body'], limits: ImageLimits) {
    this.#stream = stream;
    this.#limits = limits;
  }

  /** Ends with an error when it trickles: who sends a byte now and then does not hold us. */
  async *chunks(): AsyncGenerator<Uint8Array> {
    const { registrySilenceMs, registryTrickleBytes, registryGraceMs, registryBytesPerSecond } = this.#limits;
    const tickMs = registrySilenceMs / ticksPerWindow;
    let arrivedBytes = 0;
    let waitedTicks = 0;
    let allBytes = 0;
    let allWaitedMs = 0;
    let isWaiting = true;
    const watch = setInterval(() => {
      if (isWaiting) {
        waitedTicks += 1;
        allWaitedMs += tickMs;
      }
      // A trickle that is just enough would be enough for days.
      const enoughBytes = (allWaitedMs / 1000) * registryBytesPerSecond;
      if (allWaitedMs > registryGraceMs && allBytes < enoughBytes)
        this.#stream.destroy(tooSlow(`${allBytes} bytes came within ${Math.round(allWaitedMs)} ms`));
      if (waitedTicks < ticksPerWindow) return;
      if (arrivedBytes < registryTrickleBytes)
        this.#stream.destroy(
          tooSlow(`fewer than ${registryTrickleBytes} bytes came within ${registrySilenceMs} ms`),
        );
      [arrivedBytes, waitedTicks] = [0, 0];
    }, tickMs);
    try {
      for await (const chunk of this.#stream) {
        arrivedBytes += chunk.length;
        allBytes += chunk.length;
        isWaiting = false;
        yield chunk;
        isWaiting = true;
      }
    } finally {
      clearInterval(watch);
      this.#stream.destroy();
    }
  }

  async whole(
    limitName: 'manifestBytes' | 'configBytes' | 'registryAnswerBytes' | 'registryComplaintBytes',
    what: string,
    deadline: 'registryWholeMs' | 'registryComplaintMs' = 'registryWholeMs',
  ): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    let size = 0;
    const ms = this.#limits[deadline];
    const watch = setTimeout(() => this.#stream.destroy(tooSlow(`${what} has not come within ${ms} ms`)), ms);
    try {
      for await (const chunk of this.chunks()) {
        size += chunk.length;
        if (size > this.#limits[limitName]) throw limitError(limitName, this.#limits, `${what} is too large`);
        chunks.push(chunk);
      }
    } finally {
      clearTimeout(watch);
    }
    return Buffer.concat(chunks);
  }

  discard(): void {
    this.#stream.dump({ limit: discardedBytes }).catch(() => undefined); // it was wanted by nobody
  }
}

function tooSlow(text: string): MayflyError {
  return new MayflyError('IMAGE_UNREACHABLE', `the registry is too slow: ${text}`, {
    hint: 'try again, or use a mirror',
  });
}
