import { expect, test } from 'vitest';
import { createPalette } from '../../src/report/palette.ts';
import { renderMatrix } from '../../src/report/render-matrix.ts';
import { asJson, largeMatrix, sampleMatrix } from './sample-matrix.ts';

const palette = createPalette(false);
const render = (facts: typeof sampleMatrix, columns = 80): string =>
  renderMatrix(asJson(facts), palette, columns).join('\n');

test('a small matrix is shown whole, and what is not as declared stands out', () => {
  expect(`\n${render(sampleMatrix)}`).toBe(`
          web           api    database
from      80     icmp   8080   5432      53/udp
client    ●      ·      ·      ·         ·
web                     shut6  ·         ·
api       OPEN   ·             ●         ?
database  ·      ·      ·

● open   · closed   both as declared   OPEN though denied   shut though allowed
4, 6: over that IP version only   ? inconclusive
`);
});

test('where the terminal is narrow there are several bands', () => {
  const lines = render(sampleMatrix, 34).split('\n');
  expect(lines.filter((line) => line.startsWith('from'))).toHaveLength(2);
  expect(lines.filter((line) => line.length > 34)).toEqual([]);
});

test.each([80, 120])(
  'of a large matrix %i columns show what is not as declared, and where the rest is',
  (columns) => {
    const text = render(largeMatrix(100), columns);
    expect(text).toContain('service-1  OPEN4');
    expect(text).not.toContain('service-2');
    expect(text.replaceAll('\n', ' ')).toContain(
      '1 of 100 rows and 1 of 100 columns: what is not as declared. The whole matrix is in the facts of this step',
    );
    expect(text.split('\n').filter((line) => line.length > columns)).toEqual([]);
  },
);

test('a large matrix that is as declared is shown whole', () => {
  const facts = { ...largeMatrix(30), surprises: [] };
  const all = facts.rows.map((row) => ({ ...row, verdicts: row.verdicts.replace('!', '.') }));
  expect(render({ ...facts, rows: all })).toContain('service-29');
});

test('other facts are no matrix', () => {
  expect(renderMatrix({ stdout: 'hello' }, palette, 80)).toEqual([]);
});
