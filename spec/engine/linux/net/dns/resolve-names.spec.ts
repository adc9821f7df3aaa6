import { describe, expect, test } from 'vitest';
import {
  type NamedMember,
  resolveAddress,
  resolveName,
} from '../../../../../src/engine/linux/net/dns/resolve-names.ts';
import { renderIp } from '../../../../../src/engine/linux/net/ip.ts';
import { ip } from '../network-builders.ts';

const members: readonly NamedMember[] = [
  {
    container: 'web',
    names: ['web', 'web-host', 'web-host.example.com'],
    attachments: [
      { network: 'front', aliases: ['site'], ipv4: '10.1.0.2', ipv6: 'fd01::2' },
      { network: 'back', aliases: [], ipv4: '10.2.0.2' },
    ],
  },
  {
    container: 'db',
    names: ['db'],
    attachments: [{ network: 'back', aliases: ['postgres'], ipv4: '10.2.0.3' }],
  },
  {
    container: 'client',
    names: ['client'],
    attachments: [{ network: 'front', aliases: [], ipv4: '10.1.0.3' }],
  },
  {
    container: 'both',
    names: [],
    attachments: [
      { network: 'back', aliases: [], ipv4: '10.2.0.9' },
      { network: 'front', aliases: [], ipv4: '10.1.0.9' },
    ],
  },
  {
    container: 'worker-1',
    names: ['worker[1]'],
    attachments: [{ network: 'back', aliases: ['worker'], ipv4: '10.2.0.11' }],
  },
  {
    container: 'worker-2',
    names: ['worker[2]'],
    attachments: [{ network: 'back', aliases: ['worker'], ipv4: '10.2.0.12' }],
  },
  { container: 'alone', names: ['alone'], attachments: [] },
];

const resolved = (asker: string, name: string, seed = 0): string[] | undefined =>
  resolveName(name, asker, members, seed)?.map(renderIp);

describe('names', () => {
  test.each<[string, string, string, string[] | undefined]>([
    ['a neighbour', 'web', 'db', ['10.2.0.3']],
    ['one’s own name', 'db', 'db', ['10.2.0.3']],
    ['an alias on the shared network', 'web', 'postgres', ['10.2.0.3']],
    ['a hostname', 'client', 'web-host', ['10.1.0.2', 'fd01::2']],
    ['a hostname with its domain', 'client', 'web-host.example.com', ['10.1.0.2', 'fd01::2']],
    ['whatever the letter case, with a final dot', 'client', 'WEB.', ['10.1.0.2', 'fd01::2']],
    ['only the address on the shared network', 'db', 'web', ['10.2.0.2']],
    [
      'both addresses where two networks are shared, in the asker’s order',
      'both',
      'web',
      ['10.2.0.2', '10.1.0.2', 'fd01::2'],
    ],
    ['nothing of a network one is not on', 'client', 'db', undefined],
    ['no alias of another network', 'db', 'site', undefined],
    ['nothing for who has no network', 'alone', 'web', undefined],
    ['nothing for a stranger', 'stranger', 'web', undefined],
    ['nothing unknown', 'web', 'nobody', undefined],
    ['nothing below a name', 'web', 'x.db', undefined],
    ['localhost', 'alone', 'localhost', ['127.0.0.1', '::1']],
    ['below localhost', 'web', 'a.LocalHost', ['127.0.0.1', '::1']],
  ])('%s: %s asks %s', (_name, asker, name, expected) => {
    expect(resolved(asker, name)).toEqual(expected);
  });

  test('a scaled service has all its addresses, in an order that the seed decides', () => {
    expect(resolved('db', 'worker')?.sort()).toEqual(['10.2.0.11', '10.2.0.12']);
    expect(resolved('db', 'worker', 5)).toEqual(resolved('db', 'worker', 5));
    expect(new Set(Array.from({ length: 20 }, (_, seed) => resolved('db', 'worker', seed)?.[0])).size).toBe(
      2,
    );
  });

  test('an address has a name only for those who share its network', () => {
    expect(resolveAddress(ip('10.2.0.3'), 'web', members)).toBe('db');
    expect(resolveAddress(ip('10.2.0.9'), 'web', members)).toBe('both');
    expect(resolveAddress(ip('10.2.0.3'), 'client', members)).toBeUndefined();
    expect(resolveAddress(ip('::1'), 'alone', members)).toBe('localhost');
  });
});
