import type { DelayFault } from '../../../core/fault.ts';
import { MayflyError } from '../../../core/mayfly-error.ts';
import { errnoOf } from '../client/errno-of.ts';
import type { LaunchedProcess, WaitStatus } from '../client/launched-process.ts';
import type { LauncherClient } from '../client/launcher-client.ts';
import type { Attachment } from '../net/plan-attach.ts';
import type { Slot } from '../tape/op.ts';
import { type Delay, planAsBefore, planLonger, planRelay } from './plan-delay-line.ts';

interface Line {
  readonly container: string;
  readonly attachment: Attachment;
  readonly delay: Delay;
  readonly relay: LaunchedProcess;
  ending: boolean;
}

/** Exit status of `relayFrames` when an interface has gone. */
const interfaceGone = 3;
const SIGTERM = 15;
const SIGKILL = 9;

type Init = Pick<LauncherClient, 'expectProcess' | 'perform'>;

/** Lines that are to be longer, as long as it lasts, and the relays that make them so. */
export class DelayLines {
  readonly #init: Init;
  readonly #namespaceOf: (network: string) => Slot;
  readonly #seed: number;
  readonly #active = new Set<DelayFault>();
  readonly #lines = new Map<string, Line>();
  /** Relays that ended though nobody wanted that, in words. */
  readonly #lost: string[] = [];

  constructor(init: Init, namespaceOf: (network: string) => Slot, seed: number) {
    this.#init = init;
    this.#namespaceOf = namespaceOf;
    this.#seed = seed;
  }

  begin(fault: DelayFault): () => void {
    this.#active.add(fault);
    return () => this.#active.delete(fault);
  }

  /** The longest of the faults that befall it. */
  of(container: string): Delay | undefined {
    const delays = [...this.#active].filter(({ containers }) => containers.includes(container));
    return delays.sort((one, other) => other.delayMs - one.delayMs)[0];
  }

  isOnRelay(attachment: Attachment): boolean {
    return this.#lines.has(keyOf(attachment));
  }

  /** Makes the lines of a running container as long as they are to be. */
  async apply(container: string, attachments: readonly Attachment[]): Promise<void> {
    const wanted = this.of(container);
    for (const attachment of attachments) {
      const line = this.#lines.get(keyOf(attachment));
      if (isSame(line?.delay, wanted)) continue;
      if (line !== undefined) await this.#shorten(line);
      if (wanted !== undefined) await this.#lengthen(container, attachment, wanted);
    }
  }

  /** @throws MayflyError FAULT_LOST once for what did not last until it was undone. */
  requireNoneLost(): void {
    const lost = this.#lost.splice(0);
    if (lost.length === 0) return;
    throw new MayflyError('FAULT_LOST', `${lost.join('; ')}: until then nothing else passed there`);
  }

  async #lengthen(container: string, attachment: Attachment, delay: Delay): Promise<void> {
    const seed = BigInt(this.#seed) * 65_536n + BigInt(attachment.port);
    const relay = this.#init.expectProcess(() => planRelay(attachment, delay, seed));
    try {
      await this.#init.perform(planLonger(this.#namespaceOf(attachment.network), attachment, relay));
      await relay.started;
    } catch (error) {
      relay.onLauncherEnded(error as Error);
      // It may be there and wait for its release. The first error is the one to tell.
      await this.#init.perform([{ kind: 'kill', process: relay.id, signal: SIGKILL }]).catch(() => {});
      await this.#restore(attachment).catch(() => {});
      if (errnoOf(error) === 'ENODEV') return; // its container has ended meanwhile
      throw error;
    }
    const line = { container, attachment, delay, relay, ending: false };
    this.#lines.set(keyOf(attachment), line);
    relay.exited.then(
      (status) => this.#onEnd(line, status),
      () => {}, // the launcher has ended, and everything with it
    );
  }

  async #shorten(line: Line): Promise<void> {
    line.ending = true;
    this.#lines.delete(keyOf(line.attachment));
    await this.#signal(line, SIGTERM); // from now on it delays nothing
    await this.#restore(line.attachment);
    await this.#signal(line, SIGKILL); // should it not have seen that its interface is gone
    await line.relay.exited;
  }

  async #signal({ relay }: Line, signal: number): Promise<void> {
    await this.#init.perform([{ kind: 'kill', process: relay.id, signal }]).catch((error: unknown) => {
      if (errnoOf(error) !== 'ESRCH') throw error; // it has ended
    });
  }

  /** The line stays cut until the fault is undone: a relay that is not there delays nothing, and nothing shall seem to pass in time. */
  #onEnd(line: Line, { code, signal }: WaitStatus): void {
    if (line.ending) return;
    if (code === interfaceGone) {
      this.#lines.delete(keyOf(line.attachment));
      this.#restore(line.attachment).catch(() => {}); // with its container; what is left goes with the sandbox
      return;
    }
    const how = signal === undefined ? `with status ${code}` : `by signal ${signal}`;
    this.#lost.push(`the relay that delayed ${line.container} on ${line.attachment.network} ended ${how}`);
  }

  async #restore(attachment: Attachment): Promise<void> {
    await this.#init.perform(planAsBefore(attachment)).catch((error: unknown) => {
      // The container has ended, and its port with it; or its own end of the line is down.
      if (!['ENODEV', 'ENETDOWN'].includes(errnoOf(error) ?? '')) throw error;
    });
  }
}

const keyOf = ({ network, port }: Attachment): string => `${port} ${network}`;

function isSame(one: Delay | undefined, other: Delay | undefined): boolean {
  return one?.delayMs === other?.delayMs && one?.jitterMs === other?.jitterMs;
}
