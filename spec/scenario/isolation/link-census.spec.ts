import { describe, expect, test } from 'vitest';
import type { AttachedNetwork } from '../../../src/core/engine.ts';
import type { Subject } from '../../../src/scenario/isolation/check.ts';
import { parseSocketAddress, socketAddress } from '../../../src/scenario/isolation/inside-sockets.ts';
import { takeLinkCensus } from '../../../src/scenario/isolation/link-census.ts';
import { ipsOf } from '../../../src/scenario/isolation/network-tables.ts';
import { oncePerExamination } from '../../../src/scenario/isolation/once-per-examination.ts';
import {
  type Answer,
  fakeContainer,
  fakeGuest,
  fakeSubject,
  scriptedProbe,
  scriptedWitness,
} from './fake-subject.ts';

const front: AttachedNetwork = { network: 'front', interfaceName: 'eth0', mac: '' };
const member = (attached: Partial<AttachedNetwork>) =>
  fakeGuest('two', () => undefined, { networks: [{ ...front, ...attached }] });

/** Of one echo request after the other: who answers it. */
function echoes(rounds: readonly (readonly string[])[]): Answer {
  let [round, waiting] = [0, [] as readonly string[]];
  return ({ name }) => {
    if (name === 'sendto') {
      waiting = rounds[round] ?? rounds.at(-1) ?? [];
      round += 1;
    }
    if (name !== 'recvfrom') return undefined;
    const [next] = ipsOf(waiting.slice(0, 1));
    waiting = waiting.slice(1);
    return next === undefined
      ? { error: 'EAGAIN', value: -1 }
      : { value: 8, out: [new Uint8Array(8), socketAddress({ ip: next.ip, port: 0 })] };
  };
}

const onIpv6 = (answer: Answer): Subject =>
  fakeSubject({
    container: fakeContainer({ networks: [{ ...front, ipv6: 'fd91:7::2' }] }),
    root: scriptedProbe(answer),
    guests: [member({ ipv6: 'fd91:7::3' })],
  });

describe('who answers on a link', () => {
  test('one that stops answering was a twin that is being torn down', async () => {
    const both = ['fd91:7::3', 'fd91:7::4'];
    const [census] = await takeLinkCensus(onIpv6(echoes([both, both, ['fd91:7::3']])));
    expect(census).toMatchObject({ strangers: [], gaps: [] });
  });

  test('one that goes on answering is a stranger', async () => {
    const [census] = await takeLinkCensus(onIpv6(echoes([['fd91:7::3', 'fd91:7::4']])));
    expect(census?.strangers).toEqual(['fd91:7:0:0:0:0:0:4 answers an echo request']);
  });

  test.each<{ readonly what: string; readonly answer: Answer; readonly gap: string }>([
    {
      what: 'a request that cannot be sent',
      answer: ({ name }) => (name === 'sendto' ? { error: 'EPERM' } : undefined),
      gap: 'on front, an echo request to all nodes: EPERM',
    },
    {
      what: 'silence',
      answer: echoes([[]]),
      gap: 'on front, nobody of the scenario answered by IPv6',
    },
    {
      what: 'more answers than are read',
      answer: echoes([['fd91:7::3', ...Array.from({ length: 64 }, () => 'fd91:7::2')]]),
      gap: 'on front, only the first 64 answers were read',
    },
  ])('$what shows nothing', async ({ answer, gap }) => {
    const [census] = await takeLinkCensus(onIpv6(answer));
    expect(census?.gaps).toEqual([gap]);
  });

  test('an IPv4 address of the host in the subnet is asked, too', async () => {
    const known = ['10.91.7.3', '10.91.7.130'];
    const answer: Answer = ({ name, args }) => {
      if (name === 'ppoll') return { value: 0 };
      if (name !== 'connect') return undefined;
      const [, bytes] = args;
      const data = Buffer.alloc(28);
      if (bytes instanceof Uint8Array) data.set(bytes);
      const ip = parseSocketAddress(data)?.ip;
      return {
        error: ipsOf(known).some((each) => each.ip.value === ip?.value) ? 'ECONNREFUSED' : 'EINPROGRESS',
      };
    };
    const [census] = await takeLinkCensus(
      fakeSubject({
        container: fakeContainer({ networks: [{ ...front, ipv4: '10.91.7.2' }] }),
        root: scriptedProbe(answer),
        guests: [member({ ipv4: '10.91.7.3' })],
        witness: scriptedWitness({
          own: {
            'net/route': 'Iface …\neth0\t00075B0A\t00000000\t0001\t0\t0\t0\t00FFFFFF\n',
            'net/arp': '',
          },
          runner: { 'net/fib_trie': '        |-- 10.91.7.130\n           /32 host LOCAL\n' },
        }),
      }),
    );
    expect(census).toMatchObject({ strangers: ['10.91.7.130 answers (ECONNREFUSED)'], gaps: [] });
  });
});

test('what is looked at once is looked at anew by the next examination, and after a failure', async () => {
  const outcomes = [new Error('lost'), 'first', 'second'];
  const look = oncePerExamination(
    () => 'all',
    async () => {
      const next = outcomes.shift();
      if (next instanceof Error) throw next;
      return next;
    },
  );
  const [one, other] = [fakeSubject(), fakeSubject()];
  await expect(look(one)).rejects.toThrow('lost');
  expect([await look(one), await look(one), await look(other)]).toEqual(['first', 'first', 'second']);
});
