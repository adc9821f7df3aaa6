export interface Shebang {
  readonly interpreter: string;
  /** What `env` will start. */
  readonly program: string | undefined;
}

/** The first line of a script (execve(2), "Interpreter scripts"). Undefined: there is none. */
export function parseShebang(head: string): Shebang | undefined {
  const match = /^#![ \t]*(\/[^\s]+)[ \t]*([^\n]*)/.exec(head);
  const interpreter = match?.[1];
  if (interpreter === undefined) return undefined;
  const program = /(?:^|\/)env$/.test(interpreter) ? envProgram(match?.[2] ?? '') : undefined;
  return { interpreter, program };
}

/** `env [-S] [NAME=value …] program …` */
function envProgram(rest: string): string | undefined {
  return rest
    .trim()
    .split(/\s+/)
    .find((word) => word !== '' && !word.startsWith('-') && !word.includes('='));
}
