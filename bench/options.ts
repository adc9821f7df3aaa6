import type { RowOptions } from './result.ts';

export interface Options extends RowOptions {
  /** Ids of rows to run; empty: all. */
  readonly only: readonly string[];
  readonly style: 'text' | 'markdown';
}

export const usage = `bench [--rounds N] [--containers N] [--only ROW,ROW] [--markdown]

  --rounds N      how often each contender runs (default 40; rows that take long run fewer)
  --containers N  how many containers the rows that start many start (default 100)
  --only ROWS     of: start, exec, hundred, services, hello-world, five-hundredth, idle-memory
  --markdown      the table as docs/benchmarks.md has it
`;

/** Undefined when an argument is not understood. */
export function parseOptions(argv: readonly string[]): Options | undefined {
  const options = {
    rounds: 40,
    containers: 100,
    only: [] as readonly string[],
    style: 'text' as Options['style'],
  };
  for (let at = 0; at < argv.length; at += 1) {
    const value = argv[at + 1] ?? '';
    switch (argv[at]) {
      case '--rounds':
        options.rounds = Number(value);
        at += 1;
        break;
      case '--containers':
        options.containers = Number(value);
        at += 1;
        break;
      case '--only':
        options.only = value.split(',');
        at += 1;
        break;
      case '--markdown':
        options.style = 'markdown';
        break;
      default:
        return undefined;
    }
  }
  return options.rounds > 0 && options.containers > 0 ? options : undefined;
}
