import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readSourceFiles, root } from './source-files.ts';

interface Registration {
  readonly thing: string;
  /** Files that are one of the kind each. */
  readonly members: RegExp;
  /** Where each of them has its line. */
  readonly table: string;
}

/** What grows by a file and a line (ARCHITECTURE.md, "To add …"). */
const registrations: readonly Registration[] = [
  {
    thing: 'a matcher',
    members: /^src\/scenario\/matcher\/kind\/[^/]+\.ts$/,
    table: 'src/scenario/matcher/matchers.ts',
  },
  {
    thing: 'a wait',
    members: /^src\/scenario\/ready\/wait-for-[^/]+\.ts$/,
    table: 'src/scenario/ready/wait-table.ts',
  },
  {
    thing: 'a kind of step',
    members: /^src\/scenario\/step\/(?:[a-z]+-step|run-step-kind)\.ts$/,
    table: 'src/scenario/step/step-table.ts',
  },
  { thing: 'a report', members: /^src\/report\/[a-z]+-report\.ts$/, table: 'src/report/reports.ts' },
  {
    thing: 'an image source',
    members: /^src\/image\/source\/[^/]+\.ts$/,
    table: 'src/image/image-sources.ts',
  },
  { thing: 'a command', members: /^src\/cli\/command\/[^/]+\.ts$/, table: 'src/cli/command-table.ts' },
];

const files = readSourceFiles();

describe.each(registrations)('$thing', ({ members, table }) => {
  const found = files.filter(({ path }) => members.test(path));

  test('there are some', () => expect(found.length).toBeGreaterThan(3));

  test('each is registered in one line of its table', () => {
    const { imports = [] } = files.find(({ path }) => path === table) ?? {};
    const counts = found.map(({ path }) => [path, imports.filter((each) => each === path).length]);
    expect(counts.filter(([, count]) => count !== 1)).toEqual([]);
  });

  test('nobody else knows it', () => {
    const others = files.filter(({ path }) => path !== table && !members.test(path));
    const known = others.flatMap(({ path, imports }) =>
      imports.filter((each) => members.test(each)).map((each) => `${path} imports ${each}`),
    );
    expect(known).toEqual([]);
  });

  test('ARCHITECTURE.md says where', () => {
    expect(readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8')).toContain(table);
  });
});
