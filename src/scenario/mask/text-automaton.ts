/** Finds any of many texts in one pass, character by character (Aho and Corasick, 1975). States are numbers; 0 is the start. */
export interface TextAutomaton {
  /** The state after one more UTF-16 code unit. */
  next(state: number, code: number): number;
  /** Length of the longest of the texts that ends in this state; 0 if none does. */
  longestMatch(state: number): number;
  /** How many of the last characters may be the beginning of a longer match. */
  depth(state: number): number;
}

export function buildTextAutomaton(texts: readonly string[]): TextAutomaton {
  const trie = new Trie();
  for (const text of texts) trie.add(text);
  trie.link();
  return trie;
}

/** States as columns of numbers: secrets are long and few, so nearly every state has one child. */
class Trie implements TextAutomaton {
  /** The start alone has many children, and is looked at for nearly every character: a table by code unit. */
  private readonly starts = new Int32Array(65_536);
  private readonly firstChild = [0];
  private readonly nextSibling = [0];
  private readonly parents = [0];
  private readonly codes = [0];
  private readonly depths = [0];
  private readonly matches = [0];
  /** The state of the longest proper ending of this state's text that is also a beginning of some text. */
  private readonly failures = [0];

  add(text: string): void {
    let state = 0;
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      state = this.child(state, code) || this.grow(state, code);
    }
    if (state !== 0) this.matches[state] = text.length;
  }

  /** By depth, so that every failure is linked before it is used. */
  link(): void {
    const depth = (state: number) => this.depths[state] ?? 0;
    const states = Uint32Array.from(this.depths.keys()).sort((a, b) => depth(a) - depth(b));
    for (const state of states) {
      if (depth(state) < 2) continue;
      const failure = this.next(this.failures[this.parents[state] ?? 0] ?? 0, this.codes[state] ?? 0);
      this.failures[state] = failure;
      this.matches[state] = Math.max(this.longestMatch(state), this.longestMatch(failure));
    }
  }

  next(from: number, code: number): number {
    let state = from;
    while (state !== 0) {
      const target = this.child(state, code);
      if (target !== 0) return target;
      state = this.failures[state] ?? 0;
    }
    return this.starts[code] ?? 0;
  }

  longestMatch(state: number): number {
    return this.matches[state] ?? 0;
  }

  depth(state: number): number {
    return this.depths[state] ?? 0;
  }

  /** 0, which is nobody's child, if there is none. */
  private child(state: number, code: number): number {
    if (state === 0) return this.starts[code] ?? 0;
    let child = this.firstChild[state] ?? 0;
    while (child !== 0 && this.codes[child] !== code) child = this.nextSibling[child] ?? 0;
    return child;
  }

  private grow(parent: number, code: number): number {
    const child = this.depths.length;
    this.nextSibling.push(this.firstChild[parent] ?? 0);
    if (parent === 0) this.starts[code] = child;
    else this.firstChild[parent] = child;
    this.firstChild.push(0);
    this.parents.push(parent);
    this.codes.push(code);
    this.depths.push(this.depth(parent) + 1);
    this.matches.push(0);
    this.failures.push(0);
    return child;
  }
}
