import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createMasker, maxSecretLength } from '../../../src/scenario/mask/create-masker.ts';
import { secretForms } from '../../../src/scenario/mask/secret-forms.ts';

const secret = 'p@ss/w+rd "quoted" ü<&>\\';

const encodings: readonly (readonly [string, string])[] = [
  ['as it is', secret],
  ['base64', Buffer.from(secret).toString('base64')],
  ['base64 for URLs, without padding', Buffer.from(secret).toString('base64url')],
  ['base64 after one byte', Buffer.from(`x${secret}`).toString('base64').slice(2)],
  ['base64 after two bytes', Buffer.from(`xy${secret}`).toString('base64').slice(3)],
  [
    'base64 with a newline, as `echo x | base64` makes it',
    Buffer.from(`${secret}\n`).toString('base64').slice(0, 34),
  ],
  ['encodeURIComponent', encodeURIComponent(secret)],
  [
    'encodeURIComponent with lower-case digits',
    encodeURIComponent(secret).replace(/%../g, (code) => code.toLowerCase()),
  ],
  ['URLSearchParams', new URLSearchParams({ '': secret }).toString().slice(1)],
  ['JSON', JSON.stringify(secret).slice(1, -1)],
  ['JSON in ASCII, as Python writes it', 'p@ss/w+rd \\"quoted\\" \\u00fc<&>\\\\'],
  ['JSON as Go writes it', 'p@ss/w+rd \\"quoted\\" ü\\u003c\\u0026\\u003e\\\\'],
  ['JSON as PHP writes it', 'p@ss\\/w+rd \\"quoted\\" \\u00fc<&>\\\\'],
];

describe('R8 masking', () => {
  const masker = createMasker({ PASSWORD: secret, OTHER: 'swordfish' });

  test.each(encodings)('a secret %s', (_, encoded) => {
    expect(masker.text(`a ${encoded}.`)).toBe('a ***.');
    const stream = masker.stream();
    const streamed = [...`a ${encoded}.`].map((character) => stream.write(character)).join('') + stream.end();
    expect(streamed).toBe('a ***.');
  });

  test('leaves other text alone', () => {
    expect(masker.text('swordfis swor dfish')).toBe('swordfis swor dfish');
  });

  test('one mask for what overlaps or touches', () => {
    const overlapping = createMasker({ A: 'abcdef', B: 'defghi', C: 'xyz!' });
    expect(overlapping.text('<abcdefghixyz!>')).toBe('<***>');
    expect(overlapping.text('abcdef-xyz!')).toBe('***-***');
  });

  test('the longest of several is masked whole', () => {
    expect(createMasker({ A: 'pass', B: 'password' }).text('password pass passwor')).toBe('*** *** ***wor');
  });

  test('each line of a secret of several lines', () => {
    const pem = createMasker({ KEY: '-----BEGIN KEY-----\nMIIEvQIBADANBg\nkqhkiG9w0\n-----END KEY-----\n' });
    expect(pem.text('MIIEvQIBADANBg')).toBe('***');
    expect(pem.text('-----BEGIN KEY-----\r\nMIIEvQIBADANBg\r\nkqhkiG9w0\r\n')).toBe('***\r\n***\r\n***\r\n');
    expect(createMasker({ FILE: 'from a file\n' }).text('it is "from a file"')).toBe('it is "***"');
  });

  test('each line of a long secret in wrapped base64', () => {
    const long = 'correct horse battery staple, '.repeat(6);
    const lines =
      Buffer.from(long)
        .toString('base64')
        .match(/.{1,76}/g) ?? [];
    const masked = lines.map((line) => createMasker({ LONG: long }).text(line));
    expect(masked).toEqual(lines.map(() => '***'));
  });

  test('every text of JSON, keys too, and a number that is a secret', () => {
    const json = createMasker({ PIN: '12345', NAME: 'swordfish' });
    expect(json.json({ swordfish: ['a swordfish', 12_345, 123_456, null, true] })).toEqual({
      '***': ['a ***', '***', 123_456, null, true],
    });
  });

  test('short secrets are masked and named; empty ones hide nothing', () => {
    const short = createMasker({ A: 'xy', B: '', C: 'long enough' });
    expect(short.text('a xy b')).toBe('a *** b');
    expect(short.shortSecrets).toEqual(['A']);
  });

  test('without secrets nothing is changed or held back', () => {
    const stream = createMasker({}).stream();
    expect([stream.write('abc'), stream.end()]).toEqual(['abc', '']);
  });

  test('a stream holds back no more than what may become a secret', () => {
    const stream = masker.stream();
    expect([
      stream.write('hello sword'),
      stream.write('smith'),
      stream.write(' swordfish'),
      stream.write('\n'),
      stream.end(),
    ]).toEqual(['hello ', 'swordsmith', ' ', '***\n', '']);
  });

  test('a secret too long is refused', () => {
    expect(() => createMasker({ BIG: 'x'.repeat(maxSecretLength + 1) })).toThrow('maxSecretLength');
  });
});

// `*` is left out: a secret made of masks could appear by masking another.
const character = fc.constantFrom('a', 'b', '+', '/', ' ', '"', 'ü', '\\', '\n', '😀', '<', '\u2028', "'");
const secrets = fc.array(fc.string({ unit: character, minLength: 1, maxLength: 12 }), {
  minLength: 1,
  maxLength: 3,
});

describe('R8 masking, whatever the secret', () => {
  test('no form of it appears, however the text is cut into chunks', () => {
    const cases = secrets.chain((values) => {
      const pieces = fc.constantFrom(
        ...values.flatMap(secretForms),
        ...values.map((value) => value.slice(1)),
        'a',
        'b',
        ' ',
      );
      return fc.tuple(
        fc.constant(values),
        fc.array(pieces, { maxLength: 8 }),
        fc.array(fc.nat(20), { maxLength: 20 }),
      );
    });
    fc.assert(
      fc.property(cases, ([values, pieces, sizes]) => {
        const masker = createMasker(Object.fromEntries(values.map((value, index) => [`S${index}`, value])));
        const text = pieces.join('');
        const stream = masker.stream();
        let output = '';
        let position = 0;
        for (const size of sizes) {
          output += stream.write(text.slice(position, position + size));
          position += size;
        }
        output += stream.write(text.slice(position)) + stream.end();
        expect(output).toBe(masker.text(text));
        for (const form of values.flatMap(secretForms)) expect(output).not.toContain(form);
      }),
      { numRuns: 500 },
    );
  });

  test('no encoding of a text that holds it shows it', () => {
    const value = fc
      .string({ unit: character, minLength: 8, maxLength: 30 })
      .filter((text) => text.trim() === text);
    const around = fc.string({ unit: character, maxLength: 5 });
    fc.assert(
      fc.property(value, around, around, (hidden, before, after) => {
        const masker = createMasker({ S: hidden });
        const whole = before + hidden + after;
        const base64 = Buffer.from(whole).toString('base64');
        for (const encoded of [
          base64,
          Buffer.from(whole).toString('base64url'),
          encodeURIComponent(whole),
          JSON.stringify(whole),
        ]) {
          expect(masker.text(encoded)).toContain('***');
        }
        // At most one character each side may hold some bits of the secret's first and last byte. There may be several masks:
        // what stands around the secret can by chance look like the encoding of one of its lines.
        const left = masker.text(base64).replaceAll('***', '').replaceAll('=', '').length;
        const outside = Buffer.from(before).length + Buffer.from(after).length;
        expect(left).toBeLessThanOrEqual(Math.ceil((outside * 8) / 6) + 2);
      }),
      { numRuns: 500, examples: [['b\naaaaaaüaü', 'a', 'ab']] },
    );
  });
});
