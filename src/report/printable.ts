import { reportLimits } from './report-limits.ts';

/**
 * Control characters, lone surrogates, line separators and invisible format characters: what could drive a
 * terminal (ECMA-48 C0 and C1) or make text look like what it is not (bidi overrides, CVE-2021-42574).
 * The joiners U+200C and U+200D stay: scripts and emoji need them, and they do no harm.
 */
const unprintable = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]|(?![\u200c\u200d])\p{Cf}/gu;

/** A character as an escape that a person recognises: `\n`, `\x1b`, `\u{202e}`. */
export function renderEscape(character: string): string {
  if (character === '\n') return '\\n';
  if (character === '\r') return '\\r';
  if (character === '\t') return '\\t';
  const hex = (character.codePointAt(0) ?? 0).toString(16);
  return hex.length <= 2 ? `\\x${hex.padStart(2, '0')}` : `\\u{${hex}}`;
}

/** Foreign text as one line that a terminal shows and never obeys. */
export function renderPrintable(text: string): string {
  return text.replace(unprintable, renderEscape);
}

/** The same for text of several lines: only its newlines stay. */
export function renderPrintableText(text: string): string {
  return text.split('\n').map(renderPrintable).join('\n');
}

/** The same for a line of a log: tabs become blanks, an overlong line is cut and says so. */
export function renderPrintableLine(text: string): string {
  const untabbed = text.replace(/\r$/, '').replaceAll('\t', '    ');
  return renderPrintable(cutLine(untabbed));
}

/** `exit is 3; its last words:` says what comes below, where nothing does. */
const announcement = /; [^;]*:$/;

/** What a longer text begins with, where there is room for one line only: of a stack trace the message. */
export function renderFirstLine(text: string): string {
  const [first = '', ...others] = text.split('\n');
  return renderPrintableLine(others.length === 0 ? first : first.replace(announcement, ''));
}

/** Several lines, the first `most` of them, then how many more there are. */
export function cutLines(lines: readonly string[], most: number): readonly string[] {
  const more = lines.length - most;
  return more <= 0 ? lines : [...lines.slice(0, most), `… ${countOf(more, 'more line')}`];
}

/** At most `reportLimits.lineCharacters` of a line, then how many more there are. */
export function cutLine(text: string): string {
  const most = reportLimits.lineCharacters;
  if (text.length <= most) return text;
  const splitsPair = /[\ud800-\udbff]$/.test(text.slice(0, most));
  const kept = text.slice(0, splitsPair ? most - 1 : most);
  return `${kept}… (${text.length - kept.length} more characters)`;
}

/** `1 step`, `2 steps`. */
export function countOf(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}
