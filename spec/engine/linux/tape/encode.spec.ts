import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeTape } from '../../../../src/engine/linux/tape/encode.ts';
import { noSlot, type Tape } from '../../../../src/engine/linux/tape/op.ts';
import { anyTape } from './any-op.ts';
import { decodeTape } from './decode-tape.ts';

const hex = (tape: Tape): string => Buffer.from(encodeTape(tape)).toString('hex');
const header = (count: string): string => `4d595046${count}`;

interface Case {
  readonly name: string;
  readonly tape: Tape;
  readonly expect: string;
}

const cases: readonly Case[] = [
  { name: 'an empty tape is magic and a zero', tape: [], expect: header('00000000') },
  {
    name: 'an operation without fields has an empty payload',
    tape: [{ kind: 'await' }],
    expect: `${header('01000000')}0100000000000000`,
  },
  {
    name: 'numbers stand alone, without padding',
    tape: [
      { kind: 'close', slot: noSlot },
      { kind: 'unshare', flags: 0x1_0000_0002n },
    ],
    expect: `${header('02000000')}1b000000${'04000000'}ffffffff09000000080000000200000001000000`,
  },
  {
    name: 'a text is counted with its NUL',
    tape: [{ kind: 'chdir', path: '/é' }],
    expect: `${header('01000000')}37000000${'08000000'}04000000${'2fc3a900'}`,
  },
  {
    name: 'a list of texts has its byte length and its count in front',
    tape: [{ kind: 'exec', path: 'a', argv: ['a', ''], env: [] }],
    expect: `${header('01000000')}04000000${'21000000'}${'020000006100'}${'0f000000'}02000000${'020000006100'}${'0100000000'}${'0400000000000000'}`,
  },
  {
    name: 'a nested tape is a whole one',
    tape: [{ kind: 'clone', flags: 0, process: 1, pidfd: noSlot, tape: [{ kind: 'reap' }] }],
    expect: `${header('01000000')}00000000${'24000000'}${'0000000000000000'}01000000ffffffff${'10000000'}${header('01000000')}0300000000000000`,
  },
];

test.each(cases)('$name', ({ tape, expect: wanted }) => {
  expect(hex(tape)).toBe(wanted);
});

test('what is encoded is what is read back, for every kind of operation', () => {
  fc.assert(
    fc.property(anyTape(), (tape) => {
      expect(decodeTape(encodeTape(tape))).toEqual(tape);
    }),
  );
});

test('a tape larger than the first buffer is whole', () => {
  const tape: Tape = Array.from({ length: 500 }, (_, i) => ({ kind: 'chdir', path: `/${'x'.repeat(i)}` }));
  expect(decodeTape(encodeTape(tape))).toEqual(tape);
});

test('a NUL inside a text is refused, because the kernel would take it as the end', () => {
  const tape: Tape = [{ kind: 'exec', path: '/bin/sh', argv: ['sh', 'a\0b'], env: [] }];
  expect(() => encodeTape(tape)).toThrow(
    expect.objectContaining({ code: 'SCENARIO_WRONG_VALUE', message: expect.stringContaining('a\\u0000b') }),
  );
});
