import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { LaunchedProcess } from '../../../../src/engine/linux/client/launched-process.ts';
import { LauncherClient } from '../../../../src/engine/linux/client/launcher-client.ts';
import type { PumpedDuplex } from '../../../../src/engine/linux/client/pumped-duplex.ts';
import { noSlot, type Op, type Tape } from '../../../../src/engine/linux/tape/op.ts';
import { buildLauncher, sanitizers } from './build-launcher.ts';

let program: string | undefined;

/** What a server of the launcher said when it ended; a finding of a sanitizer is in `stderr`. */
export interface ServerEnd {
  readonly code: number | null;
  readonly stderr: string;
}

/** A server of the launcher under AddressSanitizer and UBSan, without namespaces: as the supervisor is. */
export class SanitizedServer {
  readonly channel: Socket;
  readonly client: LauncherClient;
  readonly ended: Promise<ServerEnd>;
  #slot = 100;

  constructor() {
    program ??= buildLauncher(sanitizers);
    const child: ChildProcess = spawn(program, [], { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] });
    this.channel = child.stdio[3] as Socket;
    this.client = new LauncherClient(this.channel);
    this.ended = Promise.all([once(child, 'close'), text(child.stderr as Readable)]).then(
      ([[code], stderr]) => ({
        code: typeof code === 'number' ? code : null,
        stderr,
      }),
    );
  }

  slot(): number {
    this.#slot += 1;
    return this.#slot;
  }

  /** Tells it to end, and waits for it. */
  end(): Promise<ServerEnd> {
    this.client.close();
    return this.ended;
  }

  /** A pair of pumps on a pipe each, for a process that has the other ends as its standard streams. */
  pipes(): {
    readonly make: Tape;
    readonly child: Tape;
    keep(process: number): Tape;
    readonly input: PumpedDuplex;
    readonly output: PumpedDuplex;
  } {
    const [inRead, inWrite, outRead, outWrite] = [this.slot(), this.slot(), this.slot(), this.slot()];
    const [input, output] = [this.client.nextStream(), this.client.nextStream()];
    return {
      make: [
        { kind: 'pipe', readEnd: inRead, writeEnd: inWrite },
        { kind: 'pipe', readEnd: outRead, writeEnd: outWrite },
      ],
      child: [
        { kind: 'dupTo', slot: inRead, fd: 0 },
        { kind: 'dupTo', slot: outWrite, fd: 1 },
      ],
      keep: (process): Tape => [
        { kind: 'close', slot: inRead },
        { kind: 'close', slot: outWrite },
        { kind: 'pump', slot: inWrite, stream: input, mode: 2, process: 0 },
        { kind: 'pump', slot: outRead, stream: output, mode: 1, process },
      ],
      input: this.client.duplex(input, { readable: false, writable: true }),
      output: this.client.duplex(output, { readable: true, writable: false }),
    };
  }

  /** A child that performs `ops`. */
  expect(ops: Tape): LaunchedProcess {
    return this.client.expectProcess(() => ops);
  }

  clone(process: LaunchedProcess, pidfd: number = noSlot): Op {
    return { kind: 'clone', flags: 0, process: process.id, pidfd, tape: process.tape };
  }
}

export const exec = (...argv: readonly string[]): Op => ({
  kind: 'exec',
  path: argv[0] ?? '',
  argv,
  env: ['PATH=/usr/bin:/bin'],
});
