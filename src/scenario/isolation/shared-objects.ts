import type { Probe, SystemCall } from '../../core/probe.ts';
import { call, callOne, outcomeOf } from './calls.ts';
import type { IsolationCheck, Subject, Verdict } from './check.ts';
import { shareNetwork } from './namespaces.ts';
import { fail, inconclusive, judged, notApplicable, pass } from './verdict.ts';

/** sys/ipc.h, sys/socket.h */
const [create, exclusive, remove] = [0o1000, 0o2000, 0];
const [unixDomain, datagram] = [1, 2];

/** Something one process makes and another of the same namespace finds. */
interface Shared {
  readonly id: string;
  readonly claim: string;
  readonly probed: string;
  readonly source: string;
  readonly make: (name: number) => readonly SystemCall[];
  readonly find: (name: number) => readonly SystemCall[];
  readonly absent: string;
  readonly clear: (name: number, made: number) => readonly SystemCall[];
  /** Of the namespace of networks. */
  readonly ofNetwork?: true;
}

/** struct mq_attr of mq_getattr(3), eight longs: room for one message of a byte, for all queues of a user have a limit together. */
const smallQueue = Buffer.from(new BigInt64Array([0n, 1n, 1n, 0n, 0n, 0n, 0n, 0n]).buffer);
const queue = (name: number): string => `mayfly-${name}`;
const abstractAddress = (name: number): Uint8Array => {
  const bytes = Buffer.from(`\0\0\0mayfly-${name}`);
  bytes.writeUInt16LE(unixDomain, 0);
  return bytes;
};

export const shared: readonly Shared[] = [
  {
    id: 'ipc.shm',
    claim: 'System V shared memory of one container is not another’s.',
    probed: 'shmget of a new key in one container, of the same key in the other',
    source: 'ipc_namespaces(7), shmget(2)',
    make: (name) => [call('shmget', name, 4096, create | exclusive | 0o666)],
    find: (name) => [call('shmget', name, 0, 0)],
    absent: 'ENOENT',
    clear: (_, made) => [call('shmctl', made, remove, 0)],
  },
  {
    id: 'ipc.mqueue',
    claim: 'POSIX message queues of one container are not another’s.',
    probed: 'mq_open of a new queue in one container, of the same name in the other',
    source: 'ipc_namespaces(7), mq_overview(7)',
    make: (name) => [call('mq_open', queue(name), 0o100 | 0o200 | 2, 0o666, smallQueue)],
    find: (name) => [call('mq_open', queue(name), 0, 0, 0)],
    absent: 'ENOENT',
    clear: (name) => [call('mq_unlink', queue(name))],
  },
  {
    id: 'ipc.abstract-socket',
    claim: 'Abstract Unix sockets of one container are not another’s.',
    probed: 'bind of an abstract name in one container, connect to it in the other',
    source: 'unix(7), network_namespaces(7); CVE-2020-15257',
    make: (name) => [
      call('socket', unixDomain, datagram, 0),
      call('bind', { result: 0 }, abstractAddress(name), abstractAddress(name).length),
    ],
    find: (name) => [
      call('socket', unixDomain, datagram, 0),
      call('connect', { result: 0 }, abstractAddress(name), abstractAddress(name).length),
    ],
    absent: 'ECONNREFUSED',
    clear: () => [],
    ofNetwork: true,
  },
];

export const sharedObjectChecks: readonly IsolationCheck[] = [
  ...shared.map(
    (kind): IsolationCheck => ({
      id: kind.id,
      claim: kind.claim,
      probed: `${kind.probed}; and once more where it was made, where it must be found`,
      source: kind.source,
      profile: 'baseline',
      look: (subject) => withPeer(subject, kind.ofNetwork === true, (peer) => lookFor(kind, subject, peer)),
    }),
  ),
  {
    id: 'uts.hostname',
    claim: 'A change of the host name stays inside.',
    probed: 'sethostname as root of the container; the host’s name and a sibling’s afterwards',
    source: 'uts_namespaces(7)',
    profile: 'baseline',
    look: (subject) => withPeer(subject, false, (peer) => rename(subject, peer)),
  },
];

/** Another container: a sibling, or a twin where there is none (that has a network of its own). */
async function withPeer(
  subject: Subject,
  ofNetwork: boolean,
  look: (peer: { readonly name: string; readonly root: Probe }) => Promise<Verdict>,
): Promise<Verdict> {
  const sibling = subject.siblings.find((each) => !ofNetwork || !shareNetwork(subject, each));
  if (sibling !== undefined) return look(sibling);
  if (ofNetwork && subject.spec.network.kind === 'shared')
    return notApplicable('every other service shares its network, and abstract sockets with it');
  const [guest] = subject.guests;
  if (guest !== undefined) return await look(guest);
  await using twin = await subject.openTwin();
  return await look({ name: 'a twin', root: twin.root });
}

export async function lookFor(
  { make, find, clear, absent }: Shared,
  { root, clock }: Pick<Subject, 'root' | 'clock'>,
  peer: { readonly name: string; readonly root: Probe },
): Promise<Verdict> {
  const name = 0x4d00_0000 + (Math.trunc(clock.nowMs() * 1000) % 0xff_ffff);
  const made = (await peer.root.calls(make(name))).at(-1);
  if (made?.error !== undefined) return inconclusive(`it cannot be made in ${peer.name}: ${made.error}`);
  try {
    const control = (await peer.root.calls(find(name))).at(-1);
    const found = (await root.calls(find(name))).at(-1);
    if (control?.error !== undefined)
      return inconclusive(`${peer.name} does not find its own: ${control.error}`);
    const line = `${peer.name} made it and finds it; here: ${outcomeOf(found)}`;
    return found?.error === absent ? pass(line) : fail(line);
  } finally {
    const descriptor = made?.value ?? -1;
    await peer.root.calls(clear(name, descriptor));
  }
}

async function rename(
  { root, witness, spec }: Subject,
  peer: { readonly name: string; readonly root: Probe },
): Promise<Verdict> {
  const ours = witness.readSelf('../sys/kernel/hostname');
  const wanted = 'mayfly-was-here';
  const changed = await callOne(root, 'sethostname', wanted, wanted.length);
  if (changed.error !== undefined) return pass(`refused: ${changed.error}`);
  const [there, host] = [await hostNameOf(peer.root), witness.readSelf('../sys/kernel/hostname')];
  await callOne(root, 'sethostname', spec.hostname, spec.hostname.length);
  return judged(
    [
      ...(there === wanted ? [`${peer.name} has the new name, too`] : []),
      ...(host === ours ? [] : ['the host has the new name, too']),
    ],
    [`it could be changed; ${peer.name} is still ${there}`],
  );
}

/** struct utsname has fields of 65 bytes: sysname, nodename … (uname(2)). */
async function hostNameOf(probe: Probe): Promise<string> {
  const { out } = await callOne(probe, 'uname', { out: 390 });
  return Buffer.from(out[0] ?? [])
    .subarray(65, 130)
    .toString()
    .replace(/\0.*$/s, '');
}
