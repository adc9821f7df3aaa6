import type { ProcessFacts } from '../../core/engine.ts';

/** A zombie has no command line; `ps` shows its name in brackets, too. */
export function commandLineOf({ argv, name }: Pick<ProcessFacts, 'argv' | 'name'>): string {
  return argv.length === 0 ? `[${name}]` : argv.join(' ');
}
