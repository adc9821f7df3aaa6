import type { TextAutomaton } from './text-automaton.ts';

const mask = '***';

/** Masks text that arrives in chunks. Takes decoded text, never bytes, so that no character is split. */
export interface MaskStream {
  /** What is certain by now; what may be the beginning of a secret is held back until later text, or the end, decides. */
  write(chunk: string): string;
  /** What was held back. The stream must not be written to afterwards. */
  end(): string;
}

/** A half-open range of the text at hand that belongs to a secret. */
interface Range {
  readonly start: number;
  readonly end: number;
}

/** The same for every way of cutting a text into chunks: characters of any match are replaced, each run of them by one mask. */
export function openMaskStream(automaton: TextAutomaton): MaskStream {
  return new MatchingMaskStream(automaton);
}

class MatchingMaskStream implements MaskStream {
  private readonly automaton: TextAutomaton;
  private state = 0;
  /** Not yet given out; as long as the automaton's depth. */
  private held = '';
  /** Within `held`; sorted, neither overlapping nor touching. */
  private ranges: Range[] = [];
  /** The last character given out was masked, so a range that begins now continues the same mask. */
  private inMask = false;

  constructor(automaton: TextAutomaton) {
    this.automaton = automaton;
  }

  write(chunk: string): string {
    const text = this.held + chunk;
    for (let index = this.held.length; index < text.length; index += 1) {
      this.state = this.automaton.next(this.state, text.charCodeAt(index));
      const length = this.automaton.longestMatch(this.state);
      if (length > 0) this.cover(index + 1 - length, index + 1);
    }
    return this.giveOut(text, text.length - this.automaton.depth(this.state));
  }

  end(): string {
    return this.giveOut(this.held, this.held.length);
  }

  private cover(start: number, end: number): void {
    let from = start;
    for (let last = this.ranges.at(-1); last !== undefined && last.end >= from; last = this.ranges.at(-1)) {
      from = Math.min(from, last.start);
      this.ranges.pop();
    }
    this.ranges.push({ start: from, end });
  }

  private giveOut(text: string, until: number): string {
    let out = '';
    let position = 0;
    const kept: Range[] = [];
    for (const range of this.ranges) {
      if (range.start < until) {
        if (range.start > position) this.inMask = false;
        out += text.slice(position, range.start);
        if (!this.inMask) out += mask;
        this.inMask = true;
        position = Math.min(range.end, until);
      }
      if (range.end > until) kept.push({ start: Math.max(0, range.start - until), end: range.end - until });
    }
    if (position < until) {
      out += text.slice(position, until);
      this.inMask = false;
    }
    this.held = text.slice(until);
    this.ranges = kept;
    return out;
  }
}
