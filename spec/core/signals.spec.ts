import { constants } from 'node:os';
import { expect, test } from 'vitest';
import { parseSignal, signalName, signalNumbers } from '../../src/core/signals.ts';

test.each([
  ['SIGTERM', 15],
  ['term', 15],
  ['9', 9],
  ['SIGRTMIN', 34],
  ['SIGRTMIN+3', 37],
  ['RTMAX', 64],
  ['SIGRTMAX-1', 63],
  ['SIGIOT', 6],
  ['0', undefined],
  ['65', undefined],
  ['SIGRTMIN+31', undefined],
  ['SIGNONE', undefined],
  ['', undefined],
])('the signal %s is %s', (text, number) => {
  expect(parseSignal(text)).toBe(number);
});

test('every signal’s name is read back as its number', () => {
  for (let number = 1; number <= 64; number += 1) {
    if (number === 32 || number === 33) expect(signalName(number)).toBe(`signal ${number}`);
    else expect(parseSignal(signalName(number))).toBe(number);
  }
});

test.skipIf(process.platform !== 'linux')('the numbers are this machine’s', () => {
  expect(constants.signals).toMatchObject(
    Object.fromEntries(Object.entries(signalNumbers).filter(([name]) => name in constants.signals)),
  );
});
