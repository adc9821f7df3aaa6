import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cloneFlags } from '../../../../src/engine/linux/abi/clone-flags.ts';
import type { LaunchedProcess } from '../../../../src/engine/linux/client/launched-process.ts';
import { LauncherClient } from '../../../../src/engine/linux/client/launcher-client.ts';
import type { PumpedDuplex } from '../../../../src/engine/linux/client/pumped-duplex.ts';
import { renderIp } from '../../../../src/engine/linux/net/ip.ts';
import { dumpAddresses } from '../../../../src/engine/linux/net/netlink/address.ts';
import { dumpLinks } from '../../../../src/engine/linux/net/netlink/link.ts';
import { encodeMessages, type NetlinkMessage } from '../../../../src/engine/linux/net/netlink/message.ts';
import {
  type LinkFacts,
  parseAddresses,
  parseLinks,
  parseRoutes,
  type RouteFacts,
} from '../../../../src/engine/linux/net/netlink/parse-facts.ts';
import { dumpRoutes } from '../../../../src/engine/linux/net/netlink/route.ts';
import { openNetlink } from '../../../../src/engine/linux/net/open-netlink.ts';
import { noSlot, type Op, type Slot, type Tape } from '../../../../src/engine/linux/tape/op.ts';

const root = dirname(dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url))))));
const launcher = join(root, `dist/launcher-linux-${process.arch}`);

/** Why these tests cannot run here; undefined where they can. */
export const obstacle =
  spawnSync('unshare', ['-Urn', 'true']).status === 0 ? undefined : 'user namespaces are not allowed';

/** A container as far as networks go: a process with user and network namespaces of its own. */
export interface Netns {
  /** Its pidfd. */
  readonly slot: Slot;
  readonly pid: number;
  /** Output of a program run inside; rejects unless it exits with 0. */
  run(argv: readonly string[]): Promise<string>;
  /** Output of a script for this Node. */
  node(script: string): Promise<string>;
}

/** A launcher in namespaces of its own, root there, as a sandbox's init is. */
export interface NetworkFacts {
  readonly links: readonly LinkFacts[];
  readonly addresses: readonly string[];
  readonly routes: readonly RouteFacts[];
}

export interface Started {
  readonly process: LaunchedProcess;
  readonly output: PumpedDuplex;
}

export class NetworkSandbox {
  readonly client: LauncherClient;
  readonly #process: ChildProcess;
  #nextSlot = 100;

  private constructor(process: ChildProcess, channel: Socket) {
    this.#process = process;
    this.client = new LauncherClient(channel);
  }

  static open(): NetworkSandbox {
    // util-linux's unshare maps the user to root and mounts a /proc of the new PID namespace.
    const child = spawn('unshare', ['-Urnpf', '--mount-proc', '--kill-child', launcher], {
      stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
    });
    return new NetworkSandbox(child, child.stdio[3] as Socket);
  }

  slot(): Slot {
    this.#nextSlot += 1;
    return this.#nextSlot;
  }

  async perform(tape: Tape): Promise<readonly Uint8Array[]> {
    return this.client.perform(tape);
  }

  /** Links, addresses and routes of a network namespace, asked through our own messages; without `slot`, of the sandbox's own. */
  async facts(slot?: Slot): Promise<NetworkFacts> {
    const socket = this.slot();
    const ask = [dumpLinks(), dumpAddresses(), dumpRoutes()].map(
      (dump): Op => ({ kind: 'netlink', slot: socket, messages: encodeMessages([dump]), reply: 1 }),
    );
    const replies = await this.perform([
      ...enter(slot),
      openNetlink('route', socket),
      ...ask,
      { kind: 'close', slot: socket },
    ]);
    const reply = Buffer.concat(replies);
    return {
      links: parseLinks(reply),
      addresses: parseAddresses(reply).map(
        ({ address, prefixLength }) => `${renderIp(address)}/${prefixLength}`,
      ),
      routes: parseRoutes(reply),
    };
  }

  async configure(messages: readonly NetlinkMessage[], slot?: Slot): Promise<void> {
    const socket = this.slot();
    await this.perform([
      ...enter(slot),
      openNetlink('route', socket),
      { kind: 'netlink', slot: socket, messages: encodeMessages(messages), reply: 0 },
      { kind: 'close', slot: socket },
    ]);
  }

  async container(): Promise<Netns> {
    const slot = this.slot();
    const flags = cloneFlags.CLONE_NEWUSER | cloneFlags.CLONE_NEWNET;
    const sleeper = this.client.expectProcess(() => [{ kind: 'await' }, ...exec(['sleep', '1000'])]);
    const map = (name: string, text: string): Op => ({
      kind: 'writeProcessFile',
      process: sleeper.id,
      name,
      data: Buffer.from(text),
    });
    await this.perform([
      { kind: 'clone', flags, process: sleeper.id, pidfd: slot, tape: sleeper.tape },
      map('setgroups', 'deny'),
      map('uid_map', '0 0 1'),
      map('gid_map', '0 0 1'),
      { kind: 'release', process: sleeper.id },
    ]);
    const pid = await sleeper.started;
    const run = (argv: readonly string[]): Promise<string> => this.#run(slot, argv);
    return { slot, pid, run, node: (script) => run([process.execPath, '-e', script]) };
  }

  async close(): Promise<void> {
    const ended = once(this.#process, 'exit');
    this.client.close();
    await ended;
  }

  /** In the sandbox's own namespaces, or in a container's. */
  async start(argv: readonly string[], container?: Slot): Promise<Started> {
    const [readEnd, writeEnd] = [this.slot(), this.slot()];
    const flags = cloneFlags.CLONE_NEWUSER | cloneFlags.CLONE_NEWNET;
    const join: Tape = container === undefined ? [] : [{ kind: 'setns', slot: container, flags }];
    const process = this.client.expectProcess(() => [
      { kind: 'await' },
      ...join,
      { kind: 'dupTo', slot: writeEnd, fd: 1 },
      { kind: 'dupTo', slot: writeEnd, fd: 2 },
      ...exec(argv),
    ]);
    const stream = this.client.nextStream();
    const output = this.client.duplex(stream, { readable: true, writable: false });
    await this.perform([
      { kind: 'pipe', readEnd, writeEnd },
      { kind: 'clone', flags: 0, process: process.id, pidfd: noSlot, tape: process.tape },
      { kind: 'close', slot: writeEnd },
      { kind: 'pump', slot: readEnd, stream, mode: 1, process: process.id },
      { kind: 'release', process: process.id },
    ]);
    return { process, output };
  }

  async #run(container: Slot, argv: readonly string[]): Promise<string> {
    const { process, output } = await this.start(argv, container);
    let text = '';
    for await (const chunk of output) text += String(chunk);
    const { code } = await process.exited;
    if (code !== 0) throw new Error(`${argv[0]} ended with ${code}: ${text}`);
    return text;
  }
}

function enter(slot: Slot | undefined): Tape {
  return slot === undefined ? [] : [{ kind: 'setns', slot, flags: cloneFlags.CLONE_NEWNET }];
}

function exec(argv: readonly string[]): readonly Op[] {
  const path = argv[0]?.startsWith('/') ? argv[0] : `/usr/bin/${argv[0]}`;
  return [{ kind: 'exec', path, argv, env: ['PATH=/usr/sbin:/usr/bin:/sbin:/bin'] }];
}
