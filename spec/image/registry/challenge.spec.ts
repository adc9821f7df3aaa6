import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseChallenge } from '../../../src/image/registry/challenge.ts';
import { parseRetryAfter } from '../../../src/image/registry/retry-after.ts';

describe('what a registry wants to see', () => {
  test.each<readonly [header: string, challenge: object | undefined]>([
    [
      'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull,push"',
      {
        kind: 'bearer',
        realm: 'https://auth.docker.io/token',
        service: 'registry.docker.io',
        scope: 'repository:a/b:pull,push',
      },
    ],
    [
      'bearer realm=https://x/token',
      { kind: 'bearer', realm: 'https://x/token', service: undefined, scope: undefined },
    ],
    ['BASIC realm="a \\"quoted\\" one"', { kind: 'basic' }],
    ['Basic', { kind: 'basic' }],
    [
      'Basic realm="x", Bearer realm="https://y/"',
      { kind: 'bearer', realm: 'https://y/', service: undefined, scope: undefined },
    ],
    [
      'Bearer realm="https://y/", Basic realm="x"',
      { kind: 'bearer', realm: 'https://y/', service: undefined, scope: undefined },
    ],
    ['Bearer service="x"', undefined],
    ['Negotiate, Basic realm="x"', { kind: 'basic' }],
    ['Negotiate abc==', undefined],
    ['Digest realm="x", nonce="y"', undefined],
    ['', undefined],
    ['Bearer realm="never ends', undefined],
  ])('%j', (header, challenge) => {
    expect(parseChallenge(header)).toEqual(challenge);
  });

  test('no header hangs or breaks it', () => {
    const text = fc.string({
      unit: fc.constantFrom('B', 'a', '=', '"', ',', ' ', '\\', 'realm'),
      maxLength: 3000,
    });
    fc.assert(
      fc.property(text, (header) => {
        parseChallenge(`Bearer ${header}`);
      }),
    );
  });
});

test.each<readonly [header: string | undefined, ms: number | undefined]>([
  [undefined, undefined],
  ['0', 0],
  ['120', 120_000],
  ['Tue, 14 Nov 2023 22:13:30 GMT', 10_000],
  ['Tue, 14 Nov 2023 22:00:00 GMT', 0],
  ['soon', undefined],
  ['-1', undefined],
  ['9999999999999999999999', undefined],
])('Retry-After: %s', (header, ms) => {
  expect(parseRetryAfter(header, Date.parse('2023-11-14T22:13:20Z'))).toBe(ms);
});
