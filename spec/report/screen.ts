/** A terminal small enough to trust: it wraps, and knows the few ECMA-48 functions that the live view may use. */
export class Screen {
  columns: number;
  rows: number;
  /** Rows as they are on the screen. */
  #rows: string[][] = [[]];
  #row = 0;
  #column = 0;

  constructor(columns: number, rows = 24) {
    this.columns = columns;
    this.rows = rows;
  }

  write(text: string): void {
    for (const [token] of text.matchAll(/\x1b\[[\d;]*[A-Za-z]|./gsu)) this.#put(token);
  }

  get lines(): readonly string[] {
    return this.#rows.map((row) => row.join('').trimEnd());
  }

  /** What is on the screen is wrapped anew, as terminals do. Lines are told apart by their newline. */
  resize(columns: number): void {
    const text = this.lines.join('\n');
    this.columns = columns;
    this.#rows = [[]];
    this.#row = 0;
    this.#column = 0;
    this.write(text);
  }

  #put(token: string): void {
    const up = /^\x1b\[(\d+)A$/.exec(token);
    if (up !== null) this.#row = Math.max(0, this.#row - Number(up[1]));
    else if (token === '\r') this.#column = 0;
    else if (token === '\n') this.#newline();
    else if (token === '\x1b[J') this.#clearBelow();
    else if (/^\x1b\[[\d;]*m$/.test(token)) return;
    else if (/^[^\p{Cc}]$/u.test(token)) this.#character(token);
    else throw new Error(`the screen does not know ${JSON.stringify(token)}`);
  }

  #newline(): void {
    this.#row += 1;
    this.#column = 0;
    while (this.#rows.length <= this.#row) this.#rows.push([]);
  }

  #character(character: string): void {
    if (this.#column >= this.columns) this.#newline();
    const row = this.#rows[this.#row] ?? [];
    while (row.length < this.#column) row.push(' ');
    row[this.#column] = character;
    this.#column += 1;
  }

  #clearBelow(): void {
    this.#rows[this.#row] = (this.#rows[this.#row] ?? []).slice(0, this.#column);
    this.#rows.length = this.#row + 1;
  }
}
