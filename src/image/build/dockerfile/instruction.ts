/** One instruction as it is written: continued lines joined, comments out, flags and here-documents apart. */
export interface Instruction {
  /** Upper case. */
  readonly keyword: string;
  /** Counted from 1. */
  readonly line: number;
  /** The first line of source, for errors. */
  readonly source: string;
  readonly flags: readonly InstructionFlag[];
  /** Everything after the flags. */
  readonly text: string;
  readonly heredocs: readonly Heredoc[];
}

export interface InstructionFlag {
  readonly name: string;
  /** Undefined of a bare `--link`. */
  readonly value: string | undefined;
}

export interface Heredoc {
  readonly name: string;
  readonly content: string;
  /** Its delimiter is not quoted: variables in it are replaced. */
  readonly expands: boolean;
}

export type EscapeCharacter = '\\' | '`';

export interface Dockerfile {
  /** For errors: as the user named it. */
  readonly file: string;
  readonly escapeCharacter: EscapeCharacter;
  readonly instructions: readonly Instruction[];
}
