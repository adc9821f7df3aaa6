import type { Socket } from 'node:net';
import { MayflyError } from '../../../core/mayfly-error.ts';
import { encodeTape } from '../tape/encode.ts';
import type { Op, Tape } from '../tape/op.ts';
import type { TapePerformer } from '../tape/tape-performer.ts';
import { encodeFrame, FrameReader, fromLauncher, maxFrameBytes, toLauncher } from './frame.ts';
import { type LaunchFailure, launchError } from './launch-failure.ts';
import { LaunchedProcess } from './launched-process.ts';
import { PumpedDatagrams } from './pumped-datagrams.ts';
import { type PumpedDirections, PumpedDuplex } from './pumped-duplex.ts';
import { PumpedListener } from './pumped-listener.ts';
import type { StreamControl, StreamEnd } from './stream-end.ts';

/** A wait status of that signal (wait(2)). */
const SIGKILL = 9;

interface Request {
  readonly tape: Tape;
  readonly resolve: (replies: readonly Uint8Array[]) => void;
  readonly reject: (error: Error) => void;
}

/**
 * One server of the launcher (the supervisor, or a sandbox's init) seen from Node: tapes go in, replies, process ends and
 * stream bytes come out. Tapes are performed in the order they are given.
 */
export class LauncherClient implements TapePerformer, StreamControl {
  readonly #channel: Socket;
  readonly #frames = new FrameReader();
  readonly #requests = new Map<number, Request>();
  readonly #processes = new Map<number, LaunchedProcess>();
  readonly #streams = new Map<number, StreamEnd>();
  #lastId = 0;
  #closed: MayflyError | undefined;
  #cause: Error | undefined;
  #endsByRequest = false;

  constructor(channel: Socket) {
    this.#channel = channel;
    channel.on('data', (chunk: Buffer) => this.#onChunk(chunk));
    // 'close' follows and says it to everyone who waits.
    channel.on('error', (error) => {
      this.#cause = error;
    });
    channel.on('close', () => this.#onClose());
  }

  /** Performs the tape whole; rejects with what the kernel refused. Resolves with the operations' replies, in order. */
  perform(tape: Tape): Promise<readonly Uint8Array[]> {
    if (this.#closed !== undefined) return Promise.reject(this.#closed);
    const id = this.#nextId();
    let bytes: Uint8Array;
    try {
      bytes = encodeTape(tape);
    } catch (error) {
      return Promise.reject(error);
    }
    if (bytes.byteLength > maxFrameBytes - 16) {
      return Promise.reject(
        new MayflyError(
          'SCENARIO_LIMIT',
          `arguments, variables and files of one container have ${bytes.byteLength} bytes, over the limit of ${maxFrameBytes}`,
        ),
      );
    }
    const answer = new Promise<readonly Uint8Array[]>((resolve, reject) =>
      this.#requests.set(id, { tape, resolve, reject }),
    );
    this.#say(encodeFrame(toLauncher.tape, id, bytes));
    return answer;
  }

  /** A number and a place for a process that a tape is about to `clone`; `tape` is the clone's, for error sentences. */
  expectProcess(makeTape: (process: number) => readonly Op[]): LaunchedProcess {
    const id = this.#nextId();
    const process = new LaunchedProcess(id, makeTape(id));
    this.#processes.set(id, process);
    process.exited.finally(() => this.#processes.delete(id)).catch(() => {});
    return process;
  }

  /** A number for a stream that a tape is about to `pump`. */
  nextStream(): number {
    return this.#nextId();
  }

  duplex(stream: number, directions: PumpedDirections): PumpedDuplex {
    return new PumpedDuplex(stream, this, directions);
  }

  datagrams(stream: number): PumpedDatagrams {
    return new PumpedDatagrams(stream, this);
  }

  listener(stream: number): PumpedListener {
    return new PumpedListener(stream, this);
  }

  /** From now on the end of this server is our own doing: its processes are then killed, not lost. */
  endsByRequest(): void {
    this.#endsByRequest = true;
  }

  /** Tells the server to end, as the death of this process would. */
  close(): void {
    this.#channel.end();
  }

  send(type: number, stream: number, body?: Uint8Array): void {
    if (this.#streams.has(stream) && this.#channel.writable) this.#say(encodeFrame(type, stream, body));
  }

  /** What is said in one turn goes out together: each write is a system call that wakes the launcher, and many wait for it at once. */
  #say(frame: Buffer): void {
    if (this.#channel.writableCorked === 0) {
      this.#channel.cork();
      process.nextTick(() => this.#channel.uncork());
    }
    this.#channel.write(frame);
  }

  register(stream: number, end: StreamEnd): void {
    this.#streams.set(stream, end);
  }

  forget(stream: number): void {
    this.#streams.delete(stream);
  }

  #nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  /** The init runs beside containers: should one ever make it talk nonsense, it is as good as dead. */
  #onChunk(chunk: Buffer): void {
    try {
      this.#frames.read(chunk, (type, body) => this.#onFrame(type, body));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#channel.destroy(error);
    }
  }

  #onFrame(type: number, body: Buffer): void {
    const id = body.readUInt32LE(0);
    const stream = this.#streams.get(id);
    const process = this.#processes.get(id);
    switch (type) {
      case fromLauncher.done:
        this.#onDone(id, readReplies(body));
        break;
      case fromLauncher.failed:
        this.#onFailed(id, readFailure(body));
        break;
      case fromLauncher.started:
        process?.onStarted(body.readUInt32LE(4));
        break;
      case fromLauncher.launchFailed:
        process?.onFailed(readFailure(body));
        break;
      case fromLauncher.exited:
        process?.onExited(body.readUInt32LE(4));
        break;
      case fromLauncher.data:
        stream?.onData(body.subarray(4));
        break;
      case fromLauncher.end:
        stream?.onEnd();
        break;
      case fromLauncher.closed:
        stream?.onClosed(body.readUInt32LE(4));
        break;
      case fromLauncher.written:
        stream?.onWritten(body.readUInt32LE(4));
        break;
      case fromLauncher.accepted:
        stream?.onAccepted(body.readUInt32LE(4), body.subarray(8));
        break;
      case fromLauncher.connected:
        stream?.onConnected();
    }
  }

  #onDone(id: number, replies: readonly Uint8Array[]): void {
    this.#takeRequest(id)?.resolve(replies);
  }

  #onFailed(id: number, failure: LaunchFailure): void {
    const request = this.#takeRequest(id);
    request?.reject(launchError(request.tape, failure));
  }

  #takeRequest(id: number): Request | undefined {
    const request = this.#requests.get(id);
    this.#requests.delete(id);
    return request;
  }

  #onClose(): void {
    this.#closed = new MayflyError('LAUNCHER_DIED', 'the launcher has ended', { cause: this.#cause });
    for (const request of this.#requests.values()) request.reject(this.#closed);
    this.#requests.clear();
    for (const process of [...this.#processes.values()]) {
      if (this.#endsByRequest) process.onExited(SIGKILL);
      process.onLauncherEnded(this.#closed);
    }
    for (const end of [...this.#streams.values()]) end.onClosed(0);
  }
}

/** DONE: u32 request, then for each replying operation u32 length and the bytes. */
function readReplies(body: Buffer): readonly Uint8Array[] {
  const replies: Uint8Array[] = [];
  for (let at = 4; at < body.length; ) {
    const length = body.readUInt32LE(at);
    if (at + 4 + length > body.length) throw new RangeError('a reply longer than its frame');
    replies.push(Buffer.from(body.subarray(at + 4, at + 4 + length)));
    at += 4 + length;
  }
  return replies;
}

function readFailure(body: Buffer): LaunchFailure {
  return {
    opIndex: body.readUInt32LE(4),
    opCode: body.readUInt32LE(8),
    errno: body.readUInt32LE(12),
    detail: body.readUInt32LE(16),
  };
}
