import type { LoadedDocument } from './loaded-document.ts';
import type { Span } from './source-text.ts';

/** The place of a part of a value's text; of the whole value where escapes or folding came between. */
export function spanInText(
  document: LoadedDocument,
  pointer: string,
  text: string,
  offset: number,
  length: number,
): Span {
  const span = document.valueSpan(pointer);
  const raw = document.source.slice(span);
  const whole = raw.indexOf(text);
  const part = text.slice(offset, offset + length);
  const start = whole >= 0 ? whole + offset : part === '' ? -1 : raw.indexOf(part);
  return start < 0 ? span : { start: span.start + start, end: span.start + start + Math.max(1, length) };
}
