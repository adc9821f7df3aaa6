import type { Json } from '../../core/json.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { CaptureSpec } from '../../core/scenario.ts';
import { linesOf, withoutFinalNewline } from '../matcher/fact-text.ts';
import { compileJsonPath } from '../matcher/json-path.ts';
import { parseJsonFact } from '../matcher/parse-document.ts';
import { loadRegularExpressions } from '../matcher/regular-expression.ts';
import { showFact } from '../matcher/show-fact.ts';

/** What a step saw, as far as captures can take from it. */
export interface CaptureFacts {
  readonly stdout?: string;
  readonly stderr?: string;
  /** stdout and stderr as they came. */
  readonly output?: string;
  readonly body?: string;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly status?: number;
  readonly exit?: number;
}

/**
 * The value of one `capture:` (R19). Without `json`, `regex` or `line`: text without one final newline, a status or exit
 * status as a number. Throws CAPTURE_FAILED when nothing is found, MATCHER_INVALID for a wrong pattern or path.
 */
export async function extractCapture(spec: CaptureSpec, facts: CaptureFacts): Promise<Json> {
  const source = sourceOf(spec, facts);
  if (spec.json !== undefined) return selectJson(source, spec.json, spec.from);
  if (spec.regex !== undefined) return findText(textOf(source), spec.regex, spec.from);
  if (spec.line !== undefined) return findLine(textOf(source), spec.line, spec.from);
  return typeof source === 'string' ? withoutFinalNewline(source) : source;
}

function sourceOf(spec: CaptureSpec, facts: CaptureFacts): Json {
  if (spec.from === 'headers' && spec.header !== undefined) return headerOf(spec.header, facts.headers ?? {});
  const source: Json | undefined = facts[spec.from];
  if (source === undefined) throw failed(`the step has no ${spec.from} to capture from`);
  return source;
}

/** Names of headers are the same in any case (RFC 9110, section 5.1). */
function headerOf(header: string, headers: Readonly<Record<string, string>>): string {
  const name = header.toLowerCase();
  const value = Object.hasOwn(headers, name) ? headers[name] : undefined;
  if (value !== undefined) return value;
  throw failed(`the response has no header \`${name}\``, `it has ${Object.keys(headers).join(', ')}`);
}

/** One value selected is that value, several are their list. */
async function selectJson(source: Json, path: string, from: string): Promise<Json> {
  const jsonPath = await compileJsonPath(path);
  const parsed = parseJsonFact(source);
  if (parsed.kind === 'unreadable') throw failed(`${from} ${parsed.why}`, `it is ${showFact(source)}`);
  const selected = jsonPath.select(parsed.value);
  const [only] = selected;
  if (only === undefined)
    throw failed(`${from} has nothing at \`${path}\``, `it is ${showFact(parsed.value)}`);
  return selected.length === 1 ? only : selected;
}

/** The first group of the first match, or the whole of it where the pattern has no group. */
async function findText(text: string, pattern: string, from: string): Promise<string> {
  const compile = await loadRegularExpressions();
  const found = compile(pattern).find(text);
  if (found === undefined) throw failed(`${from} does not match \`${pattern}\``, `it is ${showFact(text)}`);
  const captured = found.length > 1 ? found[1] : found[0];
  if (captured === undefined)
    throw failed(`${from} matches \`${pattern}\`, but its first group took no part in it`);
  return captured;
}

/** From 1; from the end, -1 is the last. */
function findLine(text: string, line: number, from: string): string {
  const lines = linesOf(text);
  const found = lines.at(line > 0 ? line - 1 : line);
  if (found !== undefined && line !== 0) return found;
  const count = `${lines.length} line${lines.length === 1 ? '' : 's'}`;
  throw failed(
    `${from} has ${count}, none of number ${line}`,
    `lines are counted from 1, or from the end: -1`,
  );
}

function textOf(source: Json): string {
  return typeof source === 'string' ? source : JSON.stringify(source);
}

function failed(message: string, hint?: string): MayflyError {
  return new MayflyError('CAPTURE_FAILED', message, hint === undefined ? {} : { hint });
}
