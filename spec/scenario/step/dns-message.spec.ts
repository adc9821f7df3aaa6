import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeQuestion, parseAnswer, recordTypes } from '../../../src/scenario/step/dns/dns-message.ts';

const hex = (text: string): Uint8Array => Buffer.from(text.replaceAll(' ', ''), 'hex');
/** Id, answer, one question for `a`, and so many answers. */
const header = (answers: number): string => `4d46 8180 0001 000${answers} 0000 0000 0161 00 0001 0001`;

describe('R17 questions to a name server', () => {
  test('are as RFC 1035 has them, with their length in front', () => {
    const bytes = Buffer.from(encodeQuestion('db.example.', 'AAAA') ?? []).toString('hex');
    expect(bytes).toBe('001c4d460100000100000000000002646207' + '6578616d706c6500001c0001');
  });

  test.each(['', 'a..b', 'x'.repeat(64), `${'abcdefg.'.repeat(40)}x`])('%j is no name of DNS', (name) => {
    expect(encodeQuestion(name, 'A')).toBeUndefined();
  });
});

describe('R17 answers of a name server', () => {
  test.each([
    {
      what: 'a name that points to another',
      bytes: `${header(1)} c00c 000c 0001 0000003c 0004 0162 c00c`,
      type: 'PTR',
      answers: ['b.a'],
    },
    {
      what: 'records of other types are left out',
      bytes: `${header(2)} c00c 0005 0001 0000003c 0002 c00c c00c 0001 0001 0000003c 0004 0a000002`,
      type: 'A',
      answers: ['10.0.0.2'],
    },
    {
      what: 'an address of wrong length is left out',
      bytes: `${header(1)} c00c 0001 0001 0000003c 0002 0a00`,
      type: 'A',
      answers: [],
    },
  ] as const)('$what', ({ bytes, type, answers }) => {
    expect(parseAnswer(hex(bytes), type)).toEqual({ rcode: 'NOERROR', answers });
  });

  test.each([
    ['shorter than a header', '4d46 8180'],
    ['an answer to somebody else', '0000 8180 0000 0000 0000 0000'],
    ['a question', '4d46 0100 0000 0000 0000 0000'],
    ['a pointer to itself', `${header(1)} c013 000c 0001 0000003c 0002 c013`],
    ['a record beyond the end', `${header(1)} c00c 0001 0001 0000003c 0008 0a000002`],
    ['fewer records than it says', header(1)],
  ])('%s is damaged', (_what, bytes) => {
    expect(parseAnswer(hex(bytes), 'PTR')).toBeUndefined();
  });

  test('whatever comes, it ends, and never throws', () => {
    const types = Object.keys(recordTypes).filter(
      (type): type is keyof typeof recordTypes => type in recordTypes,
    );
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.nat(3),
        fc.constantFrom(...types),
        (tail, count, type) => {
          const start = hex(header(count));
          const answer = parseAnswer(Buffer.concat([start, tail]), type);
          if (answer !== undefined) expect(answer.answers.length).toBeLessThanOrEqual(count);
        },
      ),
      { numRuns: 500 },
    );
  });
});
