import { type Duplex, duplexPair } from 'node:stream';
import type { NetworkAttachment, NetworkSpec } from '../../core/container.ts';
import { DialError, type DialFailure } from '../../core/dial-error.ts';
import type { AttachedNetwork, ListeningSocket } from '../../core/engine.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import { mayOpen, type NetworkPolicy } from '../../core/network-policy.ts';
import { FakeSystemError } from './fake-system-error.ts';

/** Decides that a connection fails although somebody listens: a scripted partition. */
export type FakeReach = (from: string, to: string, port: number) => DialFailure | undefined;

interface Listener {
  readonly socket: ListeningSocket;
  readonly onConnection: (connection: Duplex) => void;
}

/** A network namespace: who listens in it. */
export class FakeNamespace {
  readonly #listeners = new Set<Listener>();
  readonly owner: string;

  constructor(owner: string) {
    this.owner = owner;
  }

  get listening(): readonly ListeningSocket[] {
    return [...this.#listeners].map(({ socket }) => socket);
  }

  listen(socket: ListeningSocket, onConnection: (connection: Duplex) => void): () => void {
    if (this.find(socket.port, socket.protocol) !== undefined)
      throw new FakeSystemError('EADDRINUSE', `${socket.address}:${socket.port}`);
    const listener = { socket, onConnection };
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  find(port: number, protocol: 'tcp' | 'udp' = 'tcp'): Listener | undefined {
    return [...this.#listeners].find(({ socket }) => socket.port === port && socket.protocol === protocol);
  }
}

interface Member {
  readonly container: string;
  readonly names: readonly string[];
  readonly namespace: FakeNamespace;
  readonly attached: AttachedNetwork;
}

const loopback = /^(localhost|::1|127\.\d+\.\d+\.\d+)$/;

/** The networks of one sandbox: a name or an address exists only for members of the same network. */
export class FakeNetworks {
  readonly #members = new Map<string, Member[]>();
  readonly #order: readonly string[];
  readonly #policies: ReadonlyMap<string, NetworkPolicy>;
  readonly #reach: FakeReach;

  constructor(networks: readonly NetworkSpec[], reach: FakeReach) {
    this.#order = networks.map(({ name }) => name);
    for (const name of this.#order) this.#members.set(name, []);
    this.#policies = new Map(networks.flatMap(({ name, policy }) => (policy ? [[name, policy]] : [])));
    this.#reach = reach;
  }

  attach(
    container: string,
    attachment: NetworkAttachment,
    hostname: string,
    namespace: FakeNamespace,
  ): AttachedNetwork {
    const members = this.#of(attachment.network);
    const index = this.#order.indexOf(attachment.network);
    const last = Math.max(1, ...members.map(({ attached }) => Number(attached.ipv4?.split('.')[3] ?? 1)));
    const attached: AttachedNetwork = {
      network: attachment.network,
      interfaceName: `eth${this.attachmentsOf(container).length}`,
      ipv4: attachment.ipv4 ?? `10.89.${index}.${last + 1}`,
      mac: attachment.mac ?? `02:00:00:00:${hex(index)}:${hex(last + 1)}`,
      ...(attachment.ipv6 === undefined ? {} : { ipv6: attachment.ipv6 }),
    };
    members.push({ container, names: [container, hostname, ...attachment.aliases], namespace, attached });
    return attached;
  }

  detach(container: string, network: string): void {
    const members = this.#of(network);
    const at = members.findIndex((member) => member.container === container);
    if (at < 0) throw new MayflyError('NETWORK_FAILED', `\`${container}\` is not on network \`${network}\``);
    members.splice(at, 1);
  }

  detachAll(container: string): void {
    for (const { network } of this.attachmentsOf(container)) this.detach(container, network);
  }

  attachmentsOf(container: string): readonly AttachedNetwork[] {
    return [...this.#members.values()]
      .flat()
      .filter((member) => member.container === container)
      .map(({ attached }) => attached);
  }

  dial(from: FakeNamespace, host: string, port: number): Duplex {
    const found = loopback.test(host) ? undefined : this.#find(from, host);
    const target = found?.namespace ?? from;
    const isDropped = found !== undefined && target !== from && !this.#mayOpen(from, found, port);
    const failure = isDropped ? 'timeout' : this.#reach(from.owner, target.owner, port);
    const listener = target.find(port);
    if (failure !== undefined) throw new DialError(failure, `${host}:${port}: ${failure}`);
    if (listener === undefined) throw new DialError('refused', `${host}:${port}: connection refused`);
    const [near, far] = connectedPair();
    listener.onConnection(far);
    return near;
  }

  #mayOpen(from: FakeNamespace, to: Member, port: number): boolean {
    const policy = this.#policies.get(to.attached.network);
    return policy === undefined || mayOpen(policy, from.owner, to.container, 'tcp', port);
  }

  #find(from: FakeNamespace, host: string): Member {
    const reachable = [...this.#members.values()]
      .filter((members) => members.some(({ namespace }) => namespace === from))
      .flat();
    const isAddress = /^[\d.]+$|:/.test(host);
    const found = reachable.find(({ names, attached }) =>
      isAddress ? attached.ipv4 === host || attached.ipv6 === host : names.includes(host),
    );
    if (found === undefined)
      throw new DialError(
        isAddress ? 'unreachable' : 'no-name',
        `${host}: ${isAddress ? 'network is unreachable' : 'no such name'}`,
      );
    return found;
  }

  #of(network: string): Member[] {
    const members = this.#members.get(network);
    if (members === undefined)
      throw new MayflyError('NETWORK_FAILED', `no network \`${network}\` in the sandbox`);
    return members;
  }
}

function hex(value: number): string {
  return value.toString(16).padStart(2, '0');
}

/** Two ends of a connection. One that is dropped before it has said all resets the other, as TCP does. */
function connectedPair(): readonly [Duplex, Duplex] {
  const [near, far] = duplexPair();
  resetWith(near, far);
  resetWith(far, near);
  return [near, far];
}

function resetWith(dropped: Duplex, other: Duplex): void {
  dropped.once('close', () => {
    if (!dropped.writableFinished && !other.destroyed)
      other.destroy(new DialError('reset', 'connection reset by peer'));
  });
  // Whoever holds this end may have stopped listening; the reset itself is no one's failure.
  other.on('error', () => {});
}
