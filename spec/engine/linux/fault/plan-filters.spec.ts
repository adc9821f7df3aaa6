import { describe, expect, test } from 'vitest';
import {
  addressesOfWay,
  type FilterFault,
  type Place,
  waysOf,
} from '../../../../src/engine/linux/fault/plan-filters.ts';
import { renderIp } from '../../../../src/engine/linux/net/ip.ts';
import { attachment } from '../net/network-builders.ts';

const places = ['web', 'db', 'cache'].map((container, at): Place => {
  const number = at + 1;
  const place = { port: number, interfaceNumber: 0, ipv4: `10.0.0.${number}/24`, ipv6: `fd00::${number}/64` };
  return { container, attachment: attachment('front', 1, place) };
});

const cases: readonly {
  readonly name: string;
  readonly fault: FilterFault;
  readonly ways: readonly string[];
}[] = [
  {
    name: 'a partition is one way where one is said',
    fault: { kind: 'partition', cuts: [{ from: ['web'], to: ['db', 'cache'] }] },
    ways: ['web > db', 'web > cache'],
  },
  {
    name: 'loss befalls what is sent and what is got',
    fault: { kind: 'loss', containers: ['web'], percent: 5 },
    ways: ['web > db', 'web > cache', 'db > web', 'cache > web'],
  },
  {
    name: 'each way once, where both ends are named',
    fault: { kind: 'loss', containers: ['web', 'db'], peers: ['db', 'web'], percent: 5 },
    ways: ['web > db', 'db > web'],
  },
  {
    name: 'with peers, nobody else',
    fault: { kind: 'reset', containers: ['web'], peers: ['cache'] },
    ways: ['web > cache', 'cache > web'],
  },
  {
    name: 'those who are not on the network have no way there',
    fault: { kind: 'partition', cuts: [{ from: ['web'], to: ['elsewhere'] }] },
    ways: [],
  },
];

describe('the ways of a fault on a network', () => {
  test.each(cases)('$name', ({ fault, ways }) => {
    const found = waysOf(fault, places).map(({ from, to }) => `${from.container} > ${to.container}`);
    expect(found.sort()).toEqual([...ways].sort());
  });

  test('a way has the addresses of both families', () => {
    const [way] = waysOf({ kind: 'partition', cuts: [{ from: ['web'], to: ['db'] }] }, places);
    const addresses = way === undefined ? [] : addressesOfWay(way);
    expect(addresses.map(({ from, to }) => `${renderIp(from)} > ${renderIp(to)}`)).toEqual([
      '10.0.0.1 > 10.0.0.2',
      'fd00::1 > fd00::2',
    ]);
  });
});
