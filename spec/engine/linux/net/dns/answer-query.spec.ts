import { describe, expect, test } from 'vitest';
import {
  type Answer,
  answerQuery,
  type Knowledge,
} from '../../../../../src/engine/linux/net/dns/answer-query.ts';
import { parseReverseName } from '../../../../../src/engine/linux/net/dns/reverse-name.ts';
import { renderIp } from '../../../../../src/engine/linux/net/ip.ts';
import { ip } from '../network-builders.ts';

const knowledge: Knowledge = {
  asker: 'web',
  members: [
    {
      container: 'web',
      names: ['web'],
      attachments: [{ network: 'n', aliases: [], ipv4: '10.0.0.2', ipv6: 'fd00::2' }],
    },
    {
      container: 'db',
      names: ['db', 'db.example'],
      attachments: [{ network: 'n', aliases: [], ipv4: '10.0.0.3', ipv6: 'fd00::3' }],
    },
  ],
  mayForward: false,
  seed: 1,
};

function answer(name: string, type: number, rest: Partial<Knowledge> = {}, questionClass = 1): Answer {
  const question = { name, type, class: questionClass, bytes: new Uint8Array() };
  return answerQuery({ id: 1, recursionDesired: true, question }, { ...knowledge, ...rest });
}

const address = (text: string): unknown => ({ kind: 'address', address: ip(text) });
const says = (rcode: number, ...records: readonly unknown[]): unknown => ({ kind: 'answer', rcode, records });

describe('what the name server says', () => {
  test.each<[string, string, number, unknown]>([
    ['A', 'db', 1, says(0, address('10.0.0.3'))],
    ['AAAA', 'db', 28, says(0, address('fd00::3'))],
    ['ANY', 'db', 255, says(0, address('10.0.0.3'), address('fd00::3'))],
    ['a known name without such a record is an empty answer', 'db', 15, says(0)],
    ['an unknown name does not exist', 'nobody', 1, says(3)],
    ['nor does one of several labels, without egress', 'www.example.com', 1, says(3)],
    ['PTR', '3.0.0.10.in-addr.arpa', 12, says(0, { kind: 'pointer', name: 'db' })],
    [
      'PTR of IPv6',
      '3.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa',
      12,
      says(0, { kind: 'pointer', name: 'db' }),
    ],
    ['PTR of nobody', '9.0.0.10.in-addr.arpa', 12, says(3)],
  ])('%s', (_name, name, type, expected) => {
    expect(answer(name, type)).toEqual(expected);
  });

  test('other classes are refused', () => {
    expect(answer('version.bind', 16, {}, 3)).toEqual(says(5));
  });

  test('a newer EDNS is told so', () => {
    const question = { name: 'db', type: 1, class: 1, bytes: new Uint8Array() };
    expect(
      answerQuery(
        { id: 1, recursionDesired: true, question, edns: { udpBytes: 512, version: 1 } },
        knowledge,
      ),
    ).toEqual(says(16));
  });

  test.each<[string, string, unknown]>([
    ['a name with a dot goes outside', 'www.example.com', { kind: 'forward' }],
    ['a known one does not, dot or not', 'db.example', says(0, address('10.0.0.3'))],
    ['a name of one label does not', 'nobody', says(3)],
    ['a private address does not', '1.1.168.192.in-addr.arpa', says(3)],
    ['a public address does', '9.113.0.203.in-addr.arpa', { kind: 'forward' }],
  ])('with egress, %s', (_name, name, expected) => {
    expect(answer(name, 1, { mayForward: true })).toEqual(expected);
  });

  test('reverse names of both families are read, others are not', () => {
    const read = (name: string): string | undefined => {
      const parsed = parseReverseName(name);
      return parsed && renderIp(parsed);
    };
    expect(read('4.3.2.1.in-addr.arpa')).toBe('1.2.3.4');
    expect([
      read('3.2.1.in-addr.arpa'),
      read('256.3.2.1.in-addr.arpa'),
      read('1.ip6.arpa'),
      read('db'),
    ]).toEqual([undefined, undefined, undefined, undefined]);
  });
});
