import type { HeldPort, Witness } from '../../core/probe.ts';
import type { Subject } from './check.ts';
import { connectTo } from './inside-sockets.ts';
import { ipsOf, parseListening } from './network-tables.ts';
import { isRefusal } from './outside-world.ts';

/** Ways to say "this machine" (RFC 6890, RFC 4291), which must mean the container. */
const loopbacks = ipsOf(['127.0.0.1', '127.9.8.7', '0.0.0.0', '::1', '::ffff:127.0.0.1']);
/** Where whoever came by one of them to the host would come out: 0.0.0.0 is 127.0.0.1 for who connects (ip(7)). */
const waysOut = ['127.0.0.1', '127.9.8.7', '::1'] as const;
const wayOutOf = (text: string): string => waysOut.find((each) => each === text) ?? '127.0.0.1';
/** Programs of the host that are asked for, so many at a time. */
const [mostPorts, portsAtOnce] = [512, 16];
const answerMs = 2000;
const shownPorts = 8;

export interface Seen {
  readonly faults: readonly string[];
  readonly seen: readonly string[];
  /** What was left out. */
  readonly gaps: readonly string[];
}

/**
 * Ports at which the host listens: nobody may answer there but the container itself. Whatever else does, the runner listens meanwhile, so
 * that a refusal says something of each way.
 */
export async function tryLoopback({ root, witness, container, examination }: Subject): Promise<Seen> {
  // Before anybody of this examination listens: those ports are soon gone.
  const host = hostPorts.get(examination) ?? listeningPorts(witness);
  hostPorts.set(examination, host);
  await using opened = await openControls(witness);
  const { controls } = opened;
  const own = controls.flatMap(({ port }) => (port === undefined ? [] : [port]));
  const ports = [...new Set([...own, ...host.slice(0, mostPorts)])];
  const targets = ports.flatMap((port) => loopbacks.map(({ text, ip }) => ({ text, ip, port })));
  const outcomes: string[] = [];
  const atOnce = portsAtOnce * loopbacks.length;
  for (let from = 0; from < targets.length; from += atOnce) {
    const some = targets.slice(from, from + atOnce);
    outcomes.push(...(await connectTo(root, some, { firstMs: 0, othersMs: 0, eachMs: answerMs })));
  }
  const isClosed = (outcome: string | undefined): boolean =>
    outcome === 'ECONNREFUSED' || (outcome !== undefined && isRefusal(outcome));
  const answered = targets.flatMap((target, at) =>
    isClosed(outcomes[at]) ? [] : [{ ...target, outcome: outcomes[at] }],
  );
  const inside = answered.length === 0 ? [] : (await container.listening()).map(({ port }) => port);
  const closed = ports.filter((port) => !answered.some((each) => each.port === port));
  const tooMany = `only ${mostPorts} of the ${host.length} ports at which the host listens were tried`;
  return {
    faults: answered
      .filter(({ port }) => !inside.includes(port))
      .map(({ text, port, outcome }) => `connecting to ${text}, port ${port}, ended with ${outcome}`),
    seen: [
      `${loopbacks.map(({ text }) => text).join(', ')} lead to nothing at ports ${shortened(closed)}, where the host listens`,
    ],
    gaps: [
      ...loopbacks.flatMap(({ text }) => lacking(text, controls, closed)),
      ...(host.length > mostPorts ? [tooMany] : []),
    ],
  };
}

interface Control {
  readonly address: string;
  readonly port?: number;
  /** Why nobody listens there. */
  readonly error?: string;
}

async function openControls(
  witness: Witness,
): Promise<AsyncDisposable & { readonly controls: readonly Control[] }> {
  const held: HeldPort[] = [];
  const controls = await Promise.all(
    waysOut.map(async (address): Promise<Control> => {
      const one = await witness.holdPort(address);
      if ('error' in one) return { address, error: one.error };
      held.push(one);
      return { address, port: one.port };
    }),
  );
  return {
    controls,
    async [Symbol.asyncDispose]() {
      await Promise.all(held.map((one) => one[Symbol.asyncDispose]()));
    },
  };
}

/** A host without IPv6 has nobody at ::1 who could be reached. */
const absent = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT']);

function lacking(text: string, controls: readonly Control[], closed: readonly number[]): readonly string[] {
  const control = controls.find(({ address }) => address === wayOutOf(text));
  if (control?.port !== undefined)
    return closed.includes(control.port)
      ? []
      : [`something of the container listens at port ${control.port}, where ${text} was to be shown closed`];
  return text === '::1' && absent.has(control?.error ?? '')
    ? []
    : [`nothing listens at ${text} of the host (${control?.error}), so its silence shows nothing`];
}

/** Reading them takes the kernel milliseconds on a machine of many connections. */
const hostPorts = new WeakMap<Subject['examination'], readonly number[]>();

function listeningPorts(witness: Witness): readonly number[] {
  const sockets = ['net/tcp', 'net/tcp6'].flatMap((name) =>
    parseListening(witness.readSelf(name) ?? '', 'tcp'),
  );
  return [...new Set(sockets.map(({ port }) => port))];
}

const shortened = (ports: readonly number[]): string =>
  `${ports.slice(0, shownPorts).join(', ')}${ports.length > shownPorts ? `, … (${ports.length})` : ''}`;
