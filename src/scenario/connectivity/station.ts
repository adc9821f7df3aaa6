import type { Family, Protocol } from '../../core/connectivity.ts';
import type { AttachedNetwork, Container } from '../../core/engine.ts';
import type { CallResult, Probe, SystemCall } from '../../core/probe.ts';
import { call } from '../isolation/calls.ts';
import { attemptsOnly, keptBytes } from './packet-filters.ts';
import {
  attachFilter,
  bindToAll,
  dropsOf,
  memoryInfo,
  onlyIpv6,
  openSocket,
  readEndPoint,
  receiveBuffer,
  reuseAddress,
} from './socket-calls.ts';

/** getrlimit(2), RLIMIT_NOFILE: an attempt holds a socket until it is decided. */
const openFiles = 7;
/** What the kernel gives at most without further rights, by default (socket(7), rmem_max). */
const bufferBytes = 212_992;
const mostReadsAtOnce = 256;

export interface Way {
  readonly protocol: Protocol;
  readonly family: Family;
}

/** What a raw socket saw come in. */
export interface Arrival extends Way {
  /** In hex. */
  readonly from: string;
  readonly fromPort: number;
  /** 0 of ICMP, which has an identifier of the sender's in the place of its port. */
  readonly port: number;
}

interface Watcher extends Way {
  readonly fd: number;
}

/** Our helper in one network namespace: it sees what comes in, and listens where nobody does. */
export class Station {
  readonly name: string;
  readonly networks: readonly AttachedNetwork[];
  readonly probe: Probe;
  readonly #watchers: readonly Watcher[];

  private constructor(
    name: string,
    networks: readonly AttachedNetwork[],
    probe: Probe,
    watchers: readonly Watcher[],
  ) {
    this.name = name;
    this.networks = networks;
    this.probe = probe;
    this.#watchers = watchers;
  }

  /** `networks`: those of the namespace, which may be another container's. */
  static async open(
    container: Container,
    networks: readonly AttachedNetwork[],
    ways: readonly Way[],
    signal: AbortSignal,
  ): Promise<Station> {
    const probe = await container.probe('network', signal);
    try {
      const [limits] = await probe.calls([call('prlimit64', 0, openFiles, 0, { out: 16 })]);
      const hard = Buffer.from(limits?.out[0] ?? new Uint8Array(16)).subarray(8);
      const opening = ways.map(({ protocol, family }, index): readonly SystemCall[] => {
        const fd = { result: 1 + 3 * index };
        return [
          openSocket(family, 'raw', protocol),
          receiveBuffer(fd, bufferBytes),
          attachFilter(fd, attemptsOnly(protocol, family)),
        ];
      });
      const results = await probe.calls([
        call('prlimit64', 0, openFiles, Buffer.concat([hard, hard]), 0),
        ...opening.flat(),
      ]);
      const watchers = ways.flatMap((way, index) => {
        const [opened, , filtered] = results.slice(1 + 3 * index);
        const isOpen = opened !== undefined && filtered !== undefined && filtered.error === undefined;
        return isOpen && opened.value >= 0 ? [{ ...way, fd: opened.value }] : [];
      });
      return new Station(container.name, networks, probe, watchers);
    } catch (error) {
      await probe[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** At which of these TCP ports it listens now. Others are a service's already, or something else holds them: who, it cannot tell. */
  async standIn(
    wanted: readonly { readonly family: Family; readonly port: number }[],
  ): Promise<readonly boolean[]> {
    const batches = wanted.map(({ family, port }, index) => {
      const fd = { result: 5 * index };
      return [
        openSocket(family, 'stream', 'tcp'),
        family === 6 ? onlyIpv6(fd) : call('getpid'),
        // Connections of a server that has ended hold its port for a minute yet.
        reuseAddress(fd),
        bindToAll(fd, family, port),
        call('listen', fd, 512),
      ];
    });
    const results = await this.probe.calls(batches.flat());
    const failed: SystemCall[] = [];
    const own = wanted.map((_, index) => {
      const [opened, , , bound, listened] = results.slice(5 * index, 5 * index + 5);
      if (bound?.error === undefined && listened?.error === undefined && (opened?.value ?? -1) >= 0)
        return true;
      if (opened !== undefined && opened.value >= 0) failed.push(call('close', opened.value));
      return false;
    });
    if (failed.length > 0) await this.probe.calls(failed);
    return own;
  }

  /** What has come in since the last look; `expected` of each kind are read at once. */
  async arrivals(expected: number): Promise<readonly Arrival[]> {
    const found: Arrival[] = [];
    const count = Math.min(expected + 2, mostReadsAtOnce);
    for (let more = this.#watchers; more.length > 0; ) {
      const results = await this.probe.calls(
        more.flatMap(({ fd }) =>
          Array.from({ length: count }, () =>
            call('recvfrom', fd, { out: keptBytes }, keptBytes, 0, { out: 28 }, sizeOfAddress),
          ),
        ),
      );
      more = more.filter((watcher, index) => {
        const read = results
          .slice(count * index, count * (index + 1))
          .flatMap((result) => readArrival(watcher, result) ?? []);
        found.push(...read);
        return read.length === count;
      });
    }
    return found;
  }

  /** The ways on which something came in that its buffer had no room for: silence there shows nothing. */
  async overflown(): Promise<readonly Way[]> {
    const results = await this.probe.calls(this.#watchers.map(({ fd }) => memoryInfo(fd)));
    return this.#watchers.filter((_, index) => dropsOf(results[index]?.out[0]) > 0);
  }

  addressesOf(family: Family): readonly { readonly network: string; readonly address: string }[] {
    return this.networks.flatMap(({ network, ipv4, ipv6 }) => {
      const address = family === 4 ? ipv4 : ipv6;
      return address === undefined ? [] : [{ network, address }];
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.probe[Symbol.asyncDispose]();
  }
}

const sizeOfAddress = Uint8Array.of(28, 0, 0, 0);

function readArrival({ protocol, family }: Way, { value, out }: CallResult): Arrival | undefined {
  const [packet, source] = out;
  const from = readEndPoint(source)?.address;
  if (value <= 0 || packet === undefined || from === undefined) return undefined;
  const data = Buffer.from(packet);
  const at = family === 4 ? 4 * ((data[0] ?? 0) & 0xf) : 0;
  if (at + 8 > value) return undefined;
  return protocol === 'icmp'
    ? { protocol, family, from, fromPort: data.readUInt16BE(at + 4), port: 0 }
    : { protocol, family, from, fromPort: data.readUInt16BE(at), port: data.readUInt16BE(at + 2) };
}

/** `tcp 4 0a590102 51234 5432`: by which an arrival and the attempt it comes from find each other. */
export function keyOf({ protocol, family, from, fromPort, port }: Arrival): string {
  return `${protocol} ${family} ${from} ${fromPort} ${port}`;
}
