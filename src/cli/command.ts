import type { Flags, FlagValues } from './arguments/flag.ts';
import type { Surroundings } from './surroundings.ts';

/** A command of the program: what it understands, as data, and what it does. */
export interface Command<F extends Flags = Flags> {
  readonly flags: F;
  /** Arguments that are no flags. */
  readonly positional?: Positional;
  /** Shown in its help; every command has one. */
  readonly examples: readonly [Example, ...Example[]];
  /** What else there is to know, as paragraphs. */
  readonly notes?: readonly string[];
  /** Resolves with the exit status (language.md R30). */
  run(given: Given<F>, surroundings: Surroundings): Promise<number>;
}

export interface Positional {
  readonly name: string;
  readonly what: string;
  readonly most: number;
}

export interface Example {
  /** Without `mayfly`. */
  readonly line: string;
  readonly what: string;
}

export interface Given<F extends Flags> {
  readonly flags: FlagValues<F>;
  readonly positionals: readonly string[];
}

/** A command whose flags have been told apart from everyone else's. */
export interface AnyCommand extends Omit<Command, 'run'> {
  run(given: Given<Flags>, surroundings: Surroundings): Promise<number>;
}

/** Keeps the types of a command's own flags inside of it. */
export function defineCommand<F extends Flags>(command: Command<F>): AnyCommand {
  // What is given was parsed by the command's own flags.
  return { ...command, run: (given, surroundings) => command.run(given as Given<F>, surroundings) };
}
