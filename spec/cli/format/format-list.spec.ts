import { expect, test } from 'vitest';
import { formatDocument, formatList } from '../../../src/cli/format/format-list.ts';
import { humanDuration, renderAgo, renderTime } from '../../../src/cli/format/human-duration.ts';
import { humanSize } from '../../../src/cli/format/human-size.ts';

const items = [
  { Name: 'a', Size: '1B' },
  { Name: 'longer', Size: '2kB' },
];
const titles = { Name: 'NAME', Size: 'SIZE' };
const columns = [
  { field: 'Name', title: 'NAME' },
  { field: 'Size', title: 'SIZE' },
];

test.each([
  ['table', 'NAME     SIZE\na        1B\nlonger   2kB\n'],
  ['json', '{"Name":"a","Size":"1B"}\n{"Name":"longer","Size":"2kB"}\n'],
  ['{{.Name}}={{.Size}}', 'a=1B\nlonger=2kB\n'],
  ['table {{.Size}}\\t{{.Name}}', 'SIZE   NAME\n1B     a\n2kB    longer\n'],
])('a list as %s', (format, printed) => expect(formatList(items, columns, titles, format)).toBe(printed));

test('an empty list is its titles', () => expect(formatList([], columns, titles)).toBe('NAME   SIZE\n'));

test('a mistake in a format names the format', () => {
  expect(() => formatDocument({ a: 1 }, '{{.b}}')).toThrow(
    '`--format {{.b}}`: there is no field `.b`; there are a',
  );
});

test.each([
  [0, '0B'],
  [999, '999B'],
  [1000, '1kB'],
  [1_982_256, '1.98MB'],
  [77_800_000, '77.8MB'],
  [999_600_000, '1GB'],
  [1.5e15, '1.5PB'],
])('%d bytes are %s', (bytes, shown) => expect(humanSize(bytes)).toBe(shown));

test.each([
  [0, 'Less than a second'],
  [1000, '1 second'],
  [59_000, '59 seconds'],
  [60_000, 'About a minute'],
  [46 * 60_000, '46 minutes'],
  [3_600_000, 'About an hour'],
  [47 * 3_600_000, '47 hours'],
  [13 * 86_400_000, '13 days'],
  [3 * 7 * 86_400_000, '3 weeks'],
  [100 * 86_400_000, '3 months'],
  [800 * 86_400_000, '2 years'],
])('%d ms are %s', (ms, shown) => expect(humanDuration(ms)).toBe(shown));

test('a time is as Go prints it, and none is said to be none', () => {
  expect(renderTime('2024-05-06T07:08:09.123Z')).toBe('2024-05-06 07:08:09 +0000 UTC');
  expect(renderTime('yesterday')).toBe('N/A');
  expect(renderAgo('2024-05-06T07:08:09Z', Date.parse('2024-05-06T07:08:19Z'))).toBe('10 seconds ago');
});
