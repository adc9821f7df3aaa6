import { expect, test } from 'vitest';
import { renderExit } from '../../../src/scenario/run/render-exit.ts';

test.each([
  [{ code: 3, oomKilled: false }, 'exit status 3'],
  [{ code: 143, signal: 'SIGTERM', oomKilled: false }, 'SIGTERM'],
  [{ code: 137, signal: 'SIGKILL', oomKilled: true }, 'SIGKILL (out of memory)'],
  [{ code: 2, oomKilled: false, processRefused: true }, 'exit status 2 (process limit reached)'],
  [{ code: 0, oomKilled: true, processRefused: true }, 'exit status 0'],
] as const)('%j is %s', (status, text) => {
  expect(renderExit(status)).toBe(text);
});
