import { expect, test } from 'vitest';
import type { AttachedNetwork } from '../../../src/core/engine.ts';
import { socketAddress } from '../../../src/scenario/isolation/inside-sockets.ts';
import { ipsOf } from '../../../src/scenario/isolation/network-tables.ts';
import { sendAsAnother } from '../../../src/scenario/isolation/spoofing.ts';
import { type Answer, fakeContainer, fakeGuest, fakeSubject, scriptedProbe } from './fake-subject.ts';

const front: AttachedNetwork = { network: 'front', interfaceName: 'eth0', mac: '', ipv4: '10.91.7.2' };
const raw = 3;
/** A kernel that refuses raw sockets and to bind what is another's. */
const sealed: Answer = ({ name, args }) => {
  if (name === 'socket' && args[1] === raw) return { error: 'EPERM' };
  return name === 'bind' ? { error: 'EADDRNOTAVAIL' } : undefined;
};
const heard =
  (text: string): Answer =>
  (call) => {
    if (call.name === 'recvfrom') return { value: text.length, out: [Buffer.from(text)] };
    if (call.name !== 'getsockname') return undefined;
    const address = Buffer.alloc(28);
    for (const { ip } of ipsOf(['10.91.7.3'])) address.set(socketAddress({ ip, port: 4000 }));
    return { out: [address] };
  };
const honest = heard('mayfly: honest');

test.each<{
  readonly what: string;
  readonly sender?: Answer;
  /** Undefined: nobody is there. */
  readonly peer: Answer | undefined;
  readonly result: string;
}>([
  { what: 'what is refused', peer: honest, result: 'pass' },
  { what: 'a raw socket', sender: ({ name }) => sealed({ name, args: [] }), peer: honest, result: 'fail' },
  {
    what: 'a forged packet that arrives',
    sender: (call) => (call.name === 'bind' ? undefined : sealed(call)),
    peer: heard('mayfly: forged'),
    result: 'fail',
  },
  {
    what: 'an error that is no refusal',
    sender: (call) => (call.name === 'bind' ? { error: 'ENOBUFS' } : sealed(call)),
    peer: honest,
    result: 'inconclusive',
  },
  {
    what: 'a raw socket that fails for want of memory',
    sender: (call) => (call.name === 'socket' && call.args[1] === raw ? { error: 'ENOMEM' } : sealed(call)),
    peer: honest,
    result: 'inconclusive',
  },
  {
    what: 'a packet that is taken, and a peer that hears nothing',
    sender: (call) => (call.name === 'bind' ? undefined : sealed(call)),
    peer: (call) => (call.name === 'recvfrom' ? { error: 'EAGAIN' } : honest(call)),
    result: 'inconclusive',
  },
  { what: 'nobody who could hear', peer: undefined, result: 'inconclusive' },
  {
    what: 'a peer that cannot listen',
    peer: (call) => (call.name === 'getsockname' ? { error: 'EBADF' } : honest(call)),
    result: 'inconclusive',
  },
])('$what: $result', async ({ sender = sealed, peer, result }) => {
  const probe = scriptedProbe(sender);
  const verdict = await sendAsAnother(
    fakeSubject({
      probe,
      root: probe,
      container: fakeContainer({ networks: [front] }),
      guests:
        peer === undefined ? [] : [fakeGuest('two', peer, { networks: [{ ...front, ipv4: '10.91.7.3' }] })],
    }),
  );
  expect(verdict.result, verdict.evidence.join('\n')).toBe(result);
});
