import { getScalarValue, SCALAR_STYLE, type ScalarEvent } from 'js-yaml';
import type { Span } from '../source-text.ts';
import type { ComposeContext } from './compose-document.ts';
import { resolvePlain, resolveTagged } from './resolve-scalar.ts';
import type { YamlScalar } from './yaml-node.ts';

/** A scalar with its meaning; `emptyAt` is where it stands if nothing is written. */
export function composeScalar(event: ScalarEvent, emptyAt: number, context: ComposeContext): YamlScalar {
  const text = getScalarValue(context.source.text, event);
  const plain = event.style === SCALAR_STYLE.PLAIN;
  const span = spanOf(event, emptyAt);
  const value = event.tagStart >= 0 ? taggedValue(text, event, context) : plain ? resolvePlain(text) : text;
  if (plain) warnOfTraps(text, value, span, context);
  return { kind: 'scalar', value, plain, verbatim: event.fast && plain, ...span, size: 1, height: 0 };
}

/** Quotes belong to the place of a value, as an editor would mark it. */
function spanOf(event: ScalarEvent, emptyAt: number): Span {
  if (event.valueStart < 0) return { start: emptyAt, end: emptyAt };
  const quoted = event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED;
  const margin = quoted ? 1 : 0;
  return { start: event.valueStart - margin, end: event.valueEnd + margin };
}

function taggedValue(text: string, event: ScalarEvent, context: ComposeContext): YamlScalar['value'] {
  const span = { start: event.tagStart, end: event.tagEnd };
  const tag = context.source.slice(span);
  const { document } = context;
  const value = tag === '!' ? undefined : resolveTagged(text, tag);
  if (value !== undefined) return value;
  if (tag.startsWith('!!')) {
    context.findings.error('SCENARIO_SYNTAX', `the value does not fit its YAML tag \`${tag}\``, span, {
      document,
      hint: 'remove the tag, or correct the value',
    });
    return text;
  }
  const whole = tag === '!' ? `! ${text}` : `${tag} ${text}`.trim();
  context.findings.error(
    'SCENARIO_YAML_TRAP',
    `an unquoted \`!\` at the start of a value is a YAML tag, and \`${tag}\` would be lost`,
    span,
    {
      document,
      hint: `quote the value: ${JSON.stringify(whole)}`,
    },
  );
  return text;
}

/** Values that YAML reads differently from what they look like (R4). */
function warnOfTraps(text: string, value: YamlScalar['value'], span: Span, context: ComposeContext): void {
  const { findings, document, source } = context;
  const trap = (message: string, hint: string) =>
    findings.error('SCENARIO_YAML_TRAP', message, span, { document, hint });
  if (typeof value === 'number') {
    if (/^[-+]?0\d+$/.test(text)) trap(`YAML reads ${text} as the number ${value}`, `quote it: "${text}"`);
    else if (!Number.isFinite(value))
      trap(`YAML reads ${text} as a number that JSON does not have`, `quote it: "${text}"`);
    else if (Number.isInteger(value) && !Number.isSafeInteger(value))
      trap(`${text} is too large for a number: digits would be lost`, `quote it: "${text}"`);
  }
  if (typeof value !== 'string') return;
  const comment = /^[ \t]+(#.*)$/.exec(source.restOfLine(span.end));
  if (comment === null || !hasOpenQuote(text)) return;
  findings.error(
    'SCENARIO_YAML_TRAP',
    'YAML reads ` #` as the beginning of a comment, in the middle of what looks quoted',
    span,
    {
      document,
      hint: `quote the whole value: '${source.slice(span).replaceAll("'", "''")} ${(comment[1] ?? '').replaceAll("'", "''")}'`,
    },
  );
}

/** An apostrophe inside a word is no quotation mark. */
function hasOpenQuote(text: string): boolean {
  const doubles = text.split('"').length - 1;
  const singles = text.match(/(?<![A-Za-z0-9])'|'(?![A-Za-z0-9])/g)?.length ?? 0;
  return doubles % 2 === 1 || singles % 2 === 1;
}
