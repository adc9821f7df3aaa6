import type { ContainerSpec } from '../../../core/container.ts';
import { MayflyError } from '../../../core/mayfly-error.ts';
import type { LaunchedProcess } from '../client/launched-process.ts';
import type { ForwardQuery } from '../net/dns/dns-responder.ts';
import { parseNameservers } from '../net/dns/parse-nameservers.ts';
import { requireEgress } from '../net/egress/egress-report.ts';
import { pastaArguments } from '../net/egress/pasta-arguments.ts';
import { planEgressRoutes } from '../net/egress/plan-egress-routes.ts';
import { type IpAddress, parseIp } from '../net/ip.ts';
import type { Slot } from '../tape/op.ts';
import type { OpenedSandbox } from './open-sandbox.ts';
import type { OutsideView } from './outside-view.ts';
import { probeEgress } from './probe-egress.ts';
import type { SandboxFacts } from './sandbox-facts.ts';
import { supervisorSlots } from './sandbox-slots.ts';
import type { SlotPool } from './slot-pool.ts';

const dnsTimeoutMs = 5_000;
const dnsPort = 53;
const readPump = 1;

/** The ways out of a sandbox: one pasta per container with egress, started by the supervisor and ended with it. */
export class ContainerEgress {
  readonly #opened: OpenedSandbox;
  readonly #slots: SlotPool;
  readonly #facts: SandboxFacts;
  readonly #outside: OutsideView;
  readonly #relays = new Map<string, LaunchedProcess>();
  /** Name servers of the world outside, by container. */
  readonly #servers = new Map<string, readonly string[]>();

  constructor(opened: OpenedSandbox, slots: SlotPool, facts: SandboxFacts, outside: OutsideView) {
    this.#opened = opened;
    this.#slots = slots;
    this.#facts = facts;
    this.#outside = outside;
  }

  /** Refuses, with the remedy, before anything of the container is made. */
  async prepare(network: string, spec: ContainerSpec): Promise<ForwardQuery> {
    requireEgress(network, await probeEgress(this.#facts.host));
    const servers =
      spec.dns.length > 0
        ? spec.dns
        : parseNameservers((await this.#facts.host.readText('/etc/resolv.conf')) ?? '');
    this.#servers.set(spec.name, servers);
    const { dnsForwarder } = await import('../net/dns/forward-query.ts');
    return dnsForwarder({
      servers: servers.map((address) => ({ address, port: dnsPort })),
      timeoutMs: dnsTimeoutMs,
      randomId: () => Buffer.from(this.#facts.randomBytes(2)).readUInt16LE(0),
    });
  }

  /** Between clone and release: the container's program finds the way out in place. `pid`: as the sandbox's init sees it. */
  async open(spec: ContainerSpec, pidfd: Slot, pid: number): Promise<void> {
    const scratch = this.#slots.take();
    await this.#opened.init
      .perform(planEgressRoutes(pidfd, scratch, this.#hostAddresses(), this.#facts.ipv6))
      .finally(() => this.#slots.give(scratch));
    const program = requireEgress(spec.name, await probeEgress(this.#facts.host));
    const namespaces = `/proc/${await this.#outside.hostPidOf(pid)}/ns`;
    const relay = await this.#start(program, [
      'pasta',
      ...pastaArguments({
        userNamespace: `${namespaces}/user`,
        networkNamespace: `${namespaces}/net`,
        root: this.#facts.mapping.kind === 'range',
      }),
    ]);
    this.#relays.set(spec.name, relay);
  }

  /** A name that no neighbour has; undefined also where there is no way out. A name of one label is nobody's (answer-query.ts). */
  async lookUp(
    container: string,
    name: string,
    signal: AbortSignal,
  ): Promise<readonly IpAddress[] | undefined> {
    const servers = this.#servers.get(container);
    if (servers === undefined || servers.length === 0 || !name.includes('.')) return undefined;
    const { lookUpOutside } = await import('../net/dns/look-up-outside.ts');
    return lookUpOutside(name, { servers, timeoutMs: dnsTimeoutMs }, signal);
  }

  async close(container: string): Promise<void> {
    this.#servers.delete(container);
    const relay = this.#relays.get(container);
    if (relay === undefined) return;
    this.#relays.delete(container);
    await this.#opened.supervisor.perform([{ kind: 'kill', process: relay.id, signal: 9 }]).catch(() => {}); // it ended by itself
    await relay.exited.catch(() => {});
  }

  #hostAddresses(): readonly IpAddress[] {
    return this.#facts.host.interfaceCidrs().flatMap((cidr) => parseIp(cidr.replace(/\/.*$/, '')) ?? []);
  }

  async #start(program: string, argv: readonly string[]): Promise<LaunchedProcess> {
    const { supervisor } = this.#opened;
    const [readEnd, writeEnd] = [supervisorSlots.root, supervisorSlots.node];
    const stream = supervisor.nextStream();
    const said = supervisor.duplex(stream, { readable: true, writable: false });
    const relay = supervisor.expectProcess(() => [
      { kind: 'parentDeathSignal', signal: 9 },
      { kind: 'dupTo', slot: writeEnd, fd: 1 },
      { kind: 'dupTo', slot: writeEnd, fd: 2 },
      { kind: 'closeRest' },
      { kind: 'exec', path: program, argv, env: ['PATH=/usr/sbin:/usr/bin:/sbin:/bin'] },
    ]);
    await supervisor.perform([
      { kind: 'pipe', readEnd, writeEnd },
      { kind: 'clone', flags: 0, process: relay.id, pidfd: 0xffff_ffff, tape: relay.tape },
      { kind: 'release', process: relay.id },
      { kind: 'close', slot: writeEnd },
      { kind: 'pump', slot: readEnd, stream, mode: readPump, process: relay.id },
    ]);
    await relay.started;
    await untilReady(said);
    return relay;
  }
}

/** pasta writes its pid when all is set up, and its complaints to the same pipe. */
async function untilReady(said: AsyncIterable<Buffer>): Promise<void> {
  let text = '';
  for await (const chunk of said) {
    text += chunk.toString();
    if (/^\d+\s*$/m.test(text)) return;
  }
  throw new MayflyError(
    'NETWORK_FAILED',
    `pasta could not open the way out: ${text.trim() || 'it ended without a word'}`,
    {
      hint: 'run `mayfly doctor`',
    },
  );
}
