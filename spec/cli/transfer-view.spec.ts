import { expect, test } from 'vitest';
import { TransferView } from '../../src/cli/images/transfer-view.ts';
import type { Output } from '../../src/cli/surroundings.ts';
import { Screen } from '../report/screen.ts';

const columns = 80;

/** A view on a terminal of that many rows, and what one sees on it. */
function openView(rows = 24) {
  const screen = new Screen(columns);
  const output: Output = {
    write: (text) => screen.write(text),
    writeBytes: async () => {},
    isTerminal: true,
    hasColor: false,
    columns,
    rows,
  };
  let nowMs = 0;
  const view = new TransferView(output, () => nowMs);
  const wait = (ms: number): void => {
    nowMs += ms;
  };
  return { view, wait, lines: () => screen.lines.filter((line) => line !== '') };
}

const part = (id: string, state: string, doneBytes = 0) => ({
  id,
  state,
  doneBytes,
  sizeBytes: 2_000_000,
  isMoving: state === 'Downloading',
});

test('each part has its line, which moves on in its place', () => {
  const { view, wait, lines } = openView();
  view.print('1: Pulling from app');
  view.set(part('aaa', 'Waiting'));
  view.set(part('bbb', 'Downloading'));
  wait(200);
  view.set(part('bbb', 'Downloading', 1_000_000));
  expect(lines()).toEqual([
    '1: Pulling from app',
    'aaa: Waiting',
    `bbb: Downloading [${'='.repeat(20)}>${' '.repeat(19)}] 1.00 MB/2.00 MB`,
  ]);
  view.set(part('aaa', 'Pull complete'));
  view.set(part('bbb', 'Pull complete'));
  view.close();
  view.print('Status: Downloaded newer image for app:1');
  expect(lines()).toEqual([
    '1: Pulling from app',
    'aaa: Pull complete',
    'bbb: Pull complete',
    'Status: Downloaded newer image for app:1',
  ]);
});

test('bytes alone do not redraw more often than one can see', () => {
  const { view, wait, lines } = openView();
  view.set(part('aaa', 'Downloading', 0));
  view.set(part('aaa', 'Downloading', 2_000_000));
  expect(lines()[0]).toContain('0 B/2.00 MB');
  wait(100);
  view.set(part('aaa', 'Downloading', 2_000_000));
  expect(lines()[0]).toContain('2.00 MB/2.00 MB');
});

test('on a low terminal the last parts are shown, so that nothing scrolls away', () => {
  const { view, lines } = openView(5);
  for (const id of ['a', 'b', 'c', 'd', 'e']) view.set(part(id, 'Waiting'));
  expect(lines()).toEqual(['c: Waiting', 'd: Waiting', 'e: Waiting']);
});
