/** A piece of a template: text as it stands, or the words between `{{` and `}}`. */
export type TemplatePiece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'action'; readonly words: readonly Word[] };

export type Word =
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'number'; readonly value: number }
  /** `.A.B`; empty for `.` alone. */
  | { readonly kind: 'field'; readonly path: readonly string[] }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'mark'; readonly mark: '(' | ')' | '|' };

export class TemplateError extends Error {}

/** Takes a template apart (Go's text/template, "Text and spaces", "Actions"). */
export function splitTemplate(template: string): readonly TemplatePiece[] {
  const pieces: TemplatePiece[] = [];
  let rest = template;
  let trimNext = false;
  while (rest !== '') {
    const start = rest.indexOf('{{');
    const text = start < 0 ? rest : rest.slice(0, start);
    const action =
      start < 0
        ? undefined
        : /^\{\{(- )?((?:"(?:[^"\\]|\\.)*"|`[^`]*`|[^"`])*?)( -)?\}\}/s.exec(rest.slice(start));
    if (action === null) throw new TemplateError('`{{` without `}}`');
    const trimmed = trimNext ? text.trimStart() : text;
    pieces.push({ kind: 'text', text: action?.[1] === undefined ? trimmed : trimmed.trimEnd() });
    if (action === undefined) break;
    const words = splitWords(action[2] ?? '');
    if (words.length === 0) throw new TemplateError('`{{ }}` is empty');
    pieces.push({ kind: 'action', words });
    trimNext = action[3] !== undefined;
    rest = rest.slice(start + action[0].length);
  }
  return pieces;
}

const wordPattern =
  /\s*(?:("(?:[^"\\]|\\.)*")|`([^`]*)`|(-?\d+)|(\.(?:[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)?)|([A-Za-z]\w*)|([()|]))/y;

function splitWords(text: string): readonly Word[] {
  const words: Word[] = [];
  const end = text.trimEnd().length;
  for (let at = 0; at < end; at = wordPattern.lastIndex) {
    wordPattern.lastIndex = at;
    const found = wordPattern.exec(text);
    if (found === null) throw new TemplateError(`\`${text.slice(at).trim()}\` is not understood`);
    words.push(toWord(found));
  }
  return words;
}

function toWord([, quoted, raw, number, field, name, mark]: RegExpExecArray): Word {
  if (quoted !== undefined) return { kind: 'string', value: unquote(quoted) };
  if (raw !== undefined) return { kind: 'string', value: raw };
  if (number !== undefined) return { kind: 'number', value: Number(number) };
  if (field !== undefined) return { kind: 'field', path: field.split('.').filter(Boolean) };
  if (name !== undefined) return { kind: 'name', name };
  return { kind: 'mark', mark: mark as '(' };
}

/** Go's escapes that JSON has too, which are those one meets. */
function unquote(quoted: string): string {
  try {
    return JSON.parse(quoted);
  } catch {
    throw new TemplateError(`${quoted} is no text`);
  }
}
