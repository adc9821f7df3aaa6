import { expect, test } from 'vitest';
import { didYouMean } from '../../src/core/did-you-mean.ts';

const known = ['stdout', 'stderr', 'exit', 'output', 'ip'];

test.each([
  ['stdot', 'stdout'],
  ['sdtout', 'stdout'],
  ['STDERR', 'stderr'],
  ['exti', 'exit'],
  ['ib', 'ip'],
  ['duration', undefined],
  ['x', undefined],
  ['', undefined],
])('R2 for %j it proposes %j', (wrong, meant) => {
  expect(didYouMean(wrong, known)).toBe(meant);
});
