import type { YAMLException } from 'js-yaml';
import type { ErrorCode } from '../../../core/error-catalogue.ts';
import type { Findings } from '../findings.ts';
import type { LoadLimits } from '../limits.ts';
import type { SourceText, Span } from '../source-text.ts';
import { findUnclosed, reasonOf } from './find-unclosed.ts';
import { flowValueAround, valueOfLine } from './value-around.ts';

/** What the parser stumbled over, and the source around it. */
interface Stumble {
  readonly source: SourceText;
  readonly limits: LoadLimits;
  readonly reason: string;
  readonly position: number;
  /** The line of the place, and what of it is before the place. */
  readonly line: string;
  readonly before: string;
}

interface Explanation {
  readonly code: ErrorCode;
  readonly message: string;
  readonly span: Span;
  readonly hint: string;
}

type Rule = (stumble: Stumble) => Explanation | undefined;

/** js-yaml says what its grammar wanted; these say what the author most likely meant (R4). The first that recognises the place speaks. */
const rules: readonly Rule[] = [
  tooDeep,
  tabs,
  expressionInFlow,
  lonelyAsterisk,
  colonInValue,
  unclosed,
  badEscape,
  reservedStart,
  textAfterQuote,
  missingSpace,
  wrongBracket,
  missingComma,
  indentation,
];

export function explainSyntaxError(
  error: YAMLException,
  source: SourceText,
  limits: LoadLimits,
  findings: Findings,
): void {
  const position = Math.min(error.mark?.position ?? 0, source.text.length);
  const { line: number, column } = source.locate(position);
  const line = source.line(number);
  const stumble = { source, limits, reason: error.reason, position, line, before: line.slice(0, column - 1) };
  for (const rule of rules) {
    const explanation = rule(stumble);
    if (explanation === undefined) continue;
    findings.error(explanation.code, explanation.message, explanation.span, { hint: explanation.hint });
    return;
  }
  findings.error('SCENARIO_SYNTAX', `this is not valid YAML: ${error.reason}`, at(position));
}

const at = (position: number, length = 1): Span => ({ start: position, end: position + length });
const syntax = (message: string, span: Span, hint: string): Explanation => ({
  code: 'SCENARIO_SYNTAX',
  message,
  span,
  hint,
});
const trap = (message: string, span: Span, hint: string): Explanation => ({
  code: 'SCENARIO_YAML_TRAP',
  message,
  span,
  hint,
});

function tooDeep({ reason, position, limits }: Stumble): Explanation | undefined {
  if (!reason.startsWith('nesting exceeded')) return undefined;
  const message = `the document nests too deep; the limit \`depth\` is ${limits.depth}`;
  return { code: 'SCENARIO_LIMIT', message, span: at(position), hint: 'make it flatter' };
}

function tabs({ reason, line, position, before }: Stumble): Explanation | undefined {
  const indent = /^\s*/.exec(line)?.[0] ?? '';
  const tab = indent.indexOf('\t');
  if (tab < 0 || /quoted scalar|non-printable/.test(reason)) return undefined;
  return trap(
    'YAML does not allow tabs as indentation',
    at(position - before.length + tab),
    'indent with spaces',
  );
}

function expressionInFlow({ source, position }: Stumble): Explanation | undefined {
  const { text } = source;
  const opening = text.startsWith('{{', position)
    ? position - 1
    : text.startsWith('{', position)
      ? position - 2
      : -1;
  if (opening < 0 || !text.startsWith('${{', opening)) return undefined;
  const { value, span } = flowValueAround(source, opening);
  return trap(
    'inside braces or brackets an unquoted `${{ }}` is read as YAML mappings',
    span,
    `quote the value: ${JSON.stringify(value)}`,
  );
}

function lonelyAsterisk({ reason, source, position, line }: Stumble): Explanation | undefined {
  if (!reason.startsWith('name of an alias')) return undefined;
  const { value, span } = line.includes('->')
    ? flowValueAround(source, position - 1)
    : { value: '*', span: at(position - 1) };
  return trap('an unquoted `*` begins a YAML alias', span, `quote it: ${JSON.stringify(value)}`);
}

function colonInValue({ reason, source, position, before }: Stumble): Explanation | undefined {
  if (!/bad indentation of a mapping entry|missed comma|multiline key/.test(reason)) return undefined;
  if (source.text[position] !== ':' || !/\S/.test(before)) return undefined;
  const inFlow = reason.startsWith('missed comma');
  const found = inFlow ? flowValueAround(source, position) : valueOfLine(source, position);
  if (found === undefined) return partOfValueAbove(position, before);
  const key = /\s([A-Za-z_][\w-]*)$/.exec(before)?.[1];
  const quoted = `'${found.value.replaceAll("'", "''")}'`;
  if (inFlow && key !== undefined) {
    return trap(
      '`: ` inside an unquoted value is read as a key and a value',
      found.span,
      `put a comma before \`${key}\` if it is a key, or quote the value: ${quoted}`,
    );
  }
  return trap(
    '`: ` inside an unquoted value is read as a key and a value',
    found.span,
    `quote the value: ${quoted}`,
  );
}

/** A line below a value without quotes, and deeper than its key, continues the value. */
function partOfValueAbove(position: number, before: string): Explanation | undefined {
  const key = /^\s+(\S+)$/.exec(before)?.[1];
  if (key === undefined) return undefined;
  const span = { start: position - key.length, end: position };
  return syntax(
    `\`${key}\` is indented deeper than the key above, so it is read as part of the value above`,
    span,
    'give it the indentation of the line above',
  );
}

function unclosed(stumble: Stumble): Explanation | undefined {
  const { source } = stumble;
  const isCutOff = stumble.reason === 'deficient indentation';
  const text = isCutOff
    ? source.text.slice(0, stumble.position - stumble.before.length).trimEnd()
    : source.text;
  const reason = isCutOff ? (reasonOf(text) ?? '') : stumble.reason;
  const what = /within an? (flow collection|double quoted|single quoted)/.exec(reason)?.[1];
  if (what === undefined) return undefined;
  const opening = findUnclosed(
    text,
    reason,
    what === 'flow collection' ? '[{' : what === 'double quoted' ? '"' : "'",
  );
  const mark = source.text[opening] ?? '';
  const closing = { '[': ']', '{': '}' }[mark] ?? mark;
  return syntax(`this \`${mark}\` is never closed`, at(opening), `add \`${closing}\` where it ends`);
}

function badEscape({ reason, source, position }: Stumble): Explanation | undefined {
  if (!/unknown escape|expected hexadecimal/.test(reason)) return undefined;
  const span = at(position - (source.text[position] === '\\' ? 0 : 1), 2);
  return trap(
    `in double quotes \`${source.slice(span)}\` is an escape that YAML does not know`,
    span,
    'use single quotes, where a backslash is only a backslash',
  );
}

function reservedStart({ source, position, before }: Stumble): Explanation | undefined {
  const mark = source.text[position] ?? '';
  if (!/(?:^|[:\-[{,])\s+$|^$/.test(before)) return undefined;
  if ('@`%'.includes(mark) && mark !== '') {
    const value = source.restOfLine(position).trim();
    return trap(
      `an unquoted value cannot begin with \`${mark}\``,
      at(position, value.length),
      `quote it: ${JSON.stringify(value)}`,
    );
  }
  if (/^-(?:\s|$)/.test(source.restOfLine(position)) && /:\s+$/.test(before)) {
    return syntax(
      'a list cannot begin on the line of its key',
      at(position),
      'begin it on the next line, or write [a, b]',
    );
  }
  return undefined;
}

function textAfterQuote({ reason, source, position, before }: Stumble): Explanation | undefined {
  if (!/bad indentation|missed comma|end of the stream or a document separator/.test(reason))
    return undefined;
  const quote = /(["'])\s*$/.exec(before)?.[1];
  if (quote === undefined) return undefined;
  const rest = source.restOfLine(position);
  const other = quote === '"' ? 'single' : 'double';
  return syntax(
    'the value goes on after its closing quote',
    at(position, rest.trimEnd().length),
    `put all of it in ${other} quotes`,
  );
}

function missingSpace({ reason, source, position, line }: Stumble): Explanation | undefined {
  if (!/multiline key|expected ':'|bad indentation of a mapping entry/.test(reason)) return undefined;
  const { line: number } = source.locate(position);
  const candidates = [source.line(number - 1), line];
  for (const [index, candidate] of candidates.entries()) {
    const glued = /^(\s*(?:- )?[A-Za-z_][\w-]*):(?=[^\s/\\:])/.exec(candidate);
    if (glued === null) continue;
    const start =
      position - source.locate(position).column + 1 - (index === 0 ? lengthOfLineBefore(source, number) : 0);
    return syntax(
      'there is no space after the colon',
      at(start + (glued[1]?.length ?? 0)),
      'put a space between the colon and the value',
    );
  }
  return undefined;
}

function lengthOfLineBefore(source: SourceText, number: number): number {
  const before = source.text.split(/\r\n|\n|\r/, number - 1).at(-1) ?? '';
  return before.length + (source.text.includes('\r\n') ? 2 : 1);
}

function wrongBracket({ reason, source, position }: Stumble): Explanation | undefined {
  const mark = source.text[position] ?? '';
  if (!reason.startsWith('missed comma') || !'}]'.includes(mark)) return undefined;
  const wanted = mark === '}' ? ']' : '}';
  return syntax(
    `\`${mark}\` stands where \`${wanted}\` is expected`,
    at(position),
    `close what is open first, with \`${wanted}\``,
  );
}

function missingComma({ reason, position }: Stumble): Explanation | undefined {
  if (!reason.startsWith('missed comma')) return undefined;
  return syntax(
    'a comma or a closing bracket is expected here',
    at(position),
    'put a comma between two entries, or quote the value',
  );
}

function indentation({ reason, position, before }: Stumble): Explanation | undefined {
  if (!/indentation|multiline key|document separator/.test(reason)) return undefined;
  const isLineStart = /^\s*$/.test(before);
  return syntax(
    isLineStart ? 'this line is indented in a way that fits nothing above' : 'this cannot stand here',
    at(position),
    isLineStart
      ? 'give entries of one mapping or list the same indentation'
      : 'check the indentation and the quotes of this line and the one before',
  );
}
