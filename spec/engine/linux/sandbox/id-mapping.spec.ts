import { describe, expect, test } from 'vitest';
import {
  findSubidRange,
  rangeMapping,
  renderIdentityMap,
  renderIdMap,
  singleIdMapping,
  subidMapping,
} from '../../../../src/engine/linux/sandbox/id-mapping.ts';

describe('the ids of a sandbox', () => {
  test('root: a range of its own', () => {
    const { uids } = rangeMapping(1_879_048_192);
    expect(renderIdMap(uids)).toBe('0 1879048192 65536\n');
    expect(renderIdentityMap(uids)).toBe('0 0 65536\n');
  });

  test('a user with subordinate ids is root inside; a container keeps to the extents of the sandbox', () => {
    const { uids, gids } = subidMapping(1000, 100, 100_000, 200_000);
    expect(renderIdMap(uids)).toBe('0 1000 1\n1 100000 65535\n');
    expect(renderIdMap(gids)).toBe('0 100 1\n1 200000 65535\n');
    expect(renderIdentityMap(uids)).toBe('0 0 1\n1 1 65535\n');
  });

  test('without them there is root only', () => {
    const { uids } = singleIdMapping(1000, 1000);
    expect(renderIdMap(uids)).toBe('0 1000 1\n');
    expect(renderIdentityMap(uids)).toBe('0 0 1\n');
  });
});

describe('/etc/subuid', () => {
  const cases: readonly {
    readonly name: string;
    readonly text: string;
    readonly found: number | undefined;
  }[] = [
    { name: 'by login', text: 'other:1:65536\nci:100000:65536\n', found: 100_000 },
    { name: 'by number', text: '1000:165536:65536\n', found: 165_536 },
    { name: 'a range that is too small is passed over', text: 'ci:1:100\nci:300000:70000\n', found: 300_000 },
    { name: 'nobody', text: '', found: undefined },
    { name: 'nonsense', text: 'ci\n:::\nci:x:y\n', found: undefined },
  ];
  test.each(cases)('$name', ({ text, found }) => {
    expect(findSubidRange(text, 'ci', 1000)).toBe(found);
  });
});
