import { isJsonObject, type Json } from '../../core/json.ts';
import type { Fact } from '../../core/matcher.ts';
import { renderDuration, renderSize } from '../../core/units.ts';
import type { MatcherContext } from './matcher.ts';

/** What cannot be seen, or could change how the terminal shows the rest: controls, bidirectional and zero-width marks. */
const invisible = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]/gu;

/**
 * A fact for a person: one-line text in quotes, text of several lines as its lines, all else as JSON. Whole: what reaches a
 * person is shortened where it is masked, which must come first.
 */
export function showFact(fact: Fact): string {
  if (fact === undefined) return 'nothing';
  if (fact instanceof Uint8Array) return showBytes(fact);
  if (typeof fact !== 'string') return escapeInvisible(JSON.stringify(fact));
  const inside = fact.indexOf('\n');
  return inside >= 0 && inside < fact.length - 1 ? escapeInvisible(fact) : quote(fact);
}

/** `"ready\n"`: text in quotes on one line. */
export function quote(text: string): string {
  return escapeInvisible(JSON.stringify(text));
}

export function escapeInvisible(text: string): string {
  return text.replace(invisible, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (code === 0x0d) return '\\r';
    return code < 0x100 ? `\\x${hex(code, 2)}` : `\\u${hex(code, 4)}`;
  });
}

export function showNumber(value: number, unit: MatcherContext['unit']): string {
  if (unit === 'ms') return renderDuration(value);
  return unit === 'bytes' ? renderSize(value) : String(value);
}

/** For a sentence: `text ("abc")`, `a list of 3`, `the number 5`. */
export function nameFact(fact: Fact): string {
  if (fact === undefined) return 'absent';
  if (fact === null) return 'null';
  if (fact instanceof Uint8Array) return `binary (${fact.length} bytes)`;
  if (typeof fact === 'string') return fact === '' ? 'empty text' : 'text';
  if (Array.isArray(fact)) return fact.length === 0 ? 'an empty list' : `a list of ${fact.length}`;
  if (isJsonObject(fact)) return 'a mapping';
  return `the ${typeof fact} ${String(fact)}`;
}

function showBytes(bytes: Uint8Array): string {
  const shown = Array.from(bytes.subarray(0, 32), (byte) => hex(byte, 2)).join(' ');
  return `${bytes.length} bytes: ${shown}${bytes.length > 32 ? ' …' : ''}`;
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}

/** Several values for a sentence: `"a", 1 or null`. */
export function showChoices(values: readonly Json[]): string {
  const shown = values.map((value) => escapeInvisible(JSON.stringify(value)));
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} or ${shown.at(-1)}`;
}
