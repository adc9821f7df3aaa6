import type { RowOptions } from './result.ts';

export interface Options extends RowOptions {
  /** Ids of rows to run; empty: all. */
  readonly only: readonly string[];
  readonly style: 'text' | 'markdown';
}

const counts: RowOptions = { rounds: 40, containers: 100, steps: 500, services: 200, files: 1_000 };

export function usage(rows: readonly string[]): string {
  return `bench [--rounds N] [--containers N] [--steps N] [--services N] [--files N] [--only ROW,ROW] [--markdown]

  --rounds N      how often each contender runs (default ${counts.rounds}; rows that take long run fewer)
  --containers N  how many containers the rows that start many start (default ${counts.containers})
  --steps N       how many steps the row of many steps has (default ${counts.steps})
  --services N    how many services the row of many services has (default ${counts.services})
  --files N       how many files are validated (default ${counts.files})
  --only ROWS     of: ${rows.join(', ')}
  --markdown      the table as docs/benchmarks.md has it
`;
}

/** Undefined when an argument is not understood. */
export function parseOptions(argv: readonly string[]): Options | undefined {
  let options: Options = { ...counts, only: [], style: 'text' };
  const rest = [...argv];
  for (let name = rest.shift(); name !== undefined; name = rest.shift()) {
    const count = /^--(.*)$/.exec(name)?.[1] ?? '';
    if (name === '--markdown') options = { ...options, style: 'markdown' };
    else if (name === '--only') options = { ...options, only: (rest.shift() ?? '').split(',') };
    else if (Object.hasOwn(counts, count)) options = { ...options, [count]: Number(rest.shift()) };
    else return undefined;
  }
  return Object.keys(counts).every((name) => Number(Reflect.get(options, name)) > 0) ? options : undefined;
}
