import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileRedactions } from '../../../src/scenario/snapshot/redaction.ts';
import { SnapshotSection } from '../../../src/scenario/snapshot/snapshot-section.ts';
import { parseSnapshots, renderSnapshots } from '../../../src/scenario/snapshot/snapshot-table.ts';
import { snapshotText } from '../../../src/scenario/snapshot/snapshot-text.ts';

const tableOf = (plain: Record<string, Record<string, string>>) =>
  new Map(Object.entries(plain).map(([name, texts]) => [name, new Map(Object.entries(texts))]));

describe('R22 the file of snapshots', () => {
  test('R22 reads well: sections and names in order, texts of several lines as they are', async () => {
    const table = tableOf({
      'shop [db=pg]': { z: 'one\ntwo\n', a: 'x' },
      shop: { items: '{\n  "id": 7\n}\n', number: '1', yes: 'true', empty: '' },
    });
    const text = await renderSnapshots(table);
    expect(text).toBe(
      [
        '# Snapshots of Mayfly; `mayfly test --update` rewrites them.',
        'shop:',
        "  empty: ''",
        '  items: |',
        '    {',
        '      "id": 7',
        '    }',
        "  number: '1'",
        "  'yes': 'true'",
        'shop [db=pg]:',
        '  a: x',
        '  z: |',
        '    one',
        '    two',
        '',
      ].join('\n'),
    );
    expect(await parseSnapshots('f', text)).toEqual(table);
    expect(await renderSnapshots(new Map())).toBeUndefined();
    expect(await parseSnapshots('f', undefined)).toEqual(new Map());
  });

  test('R22 whatever was written is read back', async () => {
    const key = fc.string({ minLength: 1, unit: 'binary' }).filter((name) => name !== '__proto__');
    const texts = fc.dictionary(key, fc.oneof(fc.string({ unit: 'binary' }), fc.string()), {
      minKeys: 1,
      maxKeys: 4,
    });
    await fc.assert(
      fc.asyncProperty(fc.dictionary(key, texts, { minKeys: 1, maxKeys: 3 }), async (plain) => {
        const table = tableOf(plain);
        expect(await parseSnapshots('f', await renderSnapshots(table))).toEqual(table);
      }),
    );
  });

  test.each(['[', '- a', 'shop: x', 'shop: { a: [1] }', 'a: 1\na: 2', ''])(
    'R22 a damaged file is an error that names it: %j',
    async (text) => {
      await expect(parseSnapshots('shop.snap.yaml', text)).rejects.toMatchObject({
        code: 'SNAPSHOT_INVALID',
        message: expect.stringContaining('shop.snap.yaml'),
      });
    },
  );
});

describe('R22 what is kept', () => {
  test.each([
    ['a\r\nb\r\n', 'a\nb\n'],
    [new TextEncoder().encode('x'), 'x'],
    [
      { b: [2, { d: 1, c: null }], a: true },
      '{\n  "a": true,\n  "b": [\n    2,\n    {\n      "c": null,\n      "d": 1\n    }\n  ]\n}\n',
    ],
    [7, '7\n'],
    [new Uint8Array([0xff]), undefined],
    [undefined, undefined],
  ])('%j', (fact, text) => {
    expect(snapshotText(fact)).toBe(text);
  });

  test.each([
    [
      ['ip'],
      'from 10.20.0.3:80, [fd00::5] and ::1 to std::string',
      'from <ip>:80, [<ip>] and <ip> to std::string',
    ],
    [['ip'], 'fe80:0:0:0:1:2:3:4 at 12:30:01', '<ip> at 12:30:01'],
    [['time'], '2026-11-24T15:01:38.123Z and 2026-11-24 12:30:01', '<time> and <time>'],
    [['id'], 'deadbeef1234 abc 0123456789abcdef', '<id> abc 0123456789abcdef'],
    [['uuid'], 'A3BB189E-8BF9-3888-9912-ACE4E6543002', '<uuid>'],
    [['duration'], 'took 12.5ms, 3 s and 4 sheep', 'took <duration>, <duration> and 4 sheep'],
    [[{ matches: 'v\\d+', as: '$1' }], 'v1 v22', '$1 $1'],
    [[{ matches: '<ip>', as: 'X' }, 'ip'], '10.0.0.1', 'X'],
  ])('R22 redacts %j', async (redact, text, wanted) => {
    expect((await compileRedactions(redact))(text)).toBe(wanted);
  });
});

describe('R22 one section', () => {
  const kept = new Map([
    ['a', '1'],
    ['b', '2'],
  ]);
  const same = { kind: 'same' };

  test('R22 new: what is missing is taken, what differs is told', () => {
    const section = new SnapshotSection(kept, 'new');
    expect(section.check('a', '1', '/steps/0')).toEqual(same);
    expect(section.check('a', '9', '/steps/1')).toEqual({ kind: 'differs', kept: '1', why: 'another-step' });
    expect(section.check('b', '9', '/steps/1')).toEqual({ kind: 'differs', kept: '2', why: 'kept' });
    expect(section.check('c', '3', '/steps/2')).toEqual(same);
    expect(section.changes).toMatchObject({ added: 1, updated: 0, removed: 0, obsolete: [] });
    expect(section.changes.texts.get('b')).toBe('2');
  });

  test('R22 none: nothing is taken', () => {
    const section = new SnapshotSection(kept, 'none');
    expect(section.check('c', '3', '/steps/2')).toEqual({ kind: 'missing' });
    expect(section.changes).toMatchObject({ added: 0, texts: kept });
  });

  test('R22 update: what is seen is kept, what nothing asked for goes, but only after all of it ran', () => {
    const section = new SnapshotSection(kept, 'update');
    expect(section.check('a', '9', '/steps/0')).toEqual(same);
    expect(section.check('a', '10', '/steps/0')).toEqual(same);
    expect(section.changes).toMatchObject({ updated: 1, removed: 0 });
    section.markWhole(true);
    expect(section.changes).toEqual({
      texts: new Map([['a', '10']]),
      added: 0,
      updated: 1,
      removed: 1,
      obsolete: [],
    });
  });

  test('R22 what nothing asked for is told', () => {
    const section = new SnapshotSection(kept, 'new');
    section.check('a', '1', '/steps/0');
    expect(section.changes.obsolete).toEqual([]);
    section.markWhole(true);
    expect(section.changes.obsolete).toEqual(['b']);
  });
});
