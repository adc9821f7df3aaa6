import { parseEvents, YAMLException } from 'js-yaml';

/** How much is parsed again at most, in characters. */
const budget = 4_000_000;

/**
 * Where the bracket or quote stands that is never closed. The parser only says that the text ended too early: the opening
 * is the earliest one without which it would not have.
 */
export function findUnclosed(text: string, reason: string, openings: string): number {
  let found = text.length - 1;
  let left = Math.ceil(budget / (text.length + 1));
  for (let index = text.length - 1; index >= 0 && left > 0; index -= 1) {
    if (!openings.includes(text[index] ?? '')) continue;
    left -= 1;
    found = index;
    if (reasonOf(text.slice(0, index)) !== reason) return index;
  }
  return found;
}

/** Why a text is no YAML, in the parser's words; undefined if it is. */
export function reasonOf(text: string): string | undefined {
  try {
    parseEvents(text, {});
    return undefined;
  } catch (error) {
    return error instanceof YAMLException ? error.reason : undefined;
  }
}
