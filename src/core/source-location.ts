/** A place in a scenario file; `line` and `column` count from 1. */
export interface SourceLocation {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export function renderLocation(at: SourceLocation): string {
  return `${at.file}:${at.line}:${at.column}`;
}
