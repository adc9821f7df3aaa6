/** Cuts text that arrives in chunks into lines; one over the limit is split, and says so. */
export class LineSplitter {
  readonly #limit: number;
  #rest = '';

  constructor(limitCharacters: number) {
    this.#limit = limitCharacters;
  }

  /** The line that is not complete yet. */
  get rest(): string {
    return this.#rest;
  }

  /** The lines that are complete by now, without their newline (`\n` or `\r\n`). */
  write(text: string): readonly string[] {
    const parts = (this.#rest + text).split('\n');
    this.#rest = parts.pop() ?? '';
    const lines = parts.flatMap((line) => this.#split(line.endsWith('\r') ? line.slice(0, -1) : line));
    if (this.#rest.length <= this.#limit) return lines;
    const pieces = this.#split(this.#rest);
    this.#rest = pieces.at(-1) ?? '';
    return [...lines, ...pieces.slice(0, -1)];
  }

  /** A last line without a newline. */
  end(): readonly string[] {
    const rest = this.#rest;
    this.#rest = '';
    return rest === '' ? [] : [rest];
  }

  #split(line: string): readonly string[] {
    if (line.length <= this.#limit) return [line];
    const count = Math.ceil(line.length / this.#limit);
    return Array.from({ length: count }, (_, index) => {
      const piece = line.slice(index * this.#limit, (index + 1) * this.#limit);
      return index === count - 1
        ? piece
        : `${piece} [line split at the limit lineCharacters (${this.#limit})]`;
    });
  }
}
