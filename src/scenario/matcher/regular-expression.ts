import { MayflyError } from '../../core/mayfly-error.ts';

/** A longer pattern is refused. */
const maxPatternLength = 4096;
/** Counted repetitions make short patterns large, and the size multiplies the time of every search. */
const maxPatternInstructions = 2000;

/** A pattern in RE2's syntax, matched in time linear in the text whatever the pattern: the text may be hostile. */
export interface RegularExpression {
  /** Anywhere in the text. */
  test(text: string): boolean;
  /** The first match: the whole, then each group, undefined where a group took no part. */
  find(text: string): readonly (string | undefined)[] | undefined;
  /** Every match that is not empty, replaced by a text as it stands. */
  replaceAll(text: string, replacement: string): string;
  /** The whole text and nothing else. */
  matchesWhole(text: string): boolean;
}

/**
 * Compiles a pattern; throws MATCHER_INVALID. Flags stand inside, as RE2 has them: `(?i)` any case, `(?m)` `^` and `$` at every
 * line, `(?s)` `.` also newlines.
 */
export type CompileRegularExpression = (pattern: string) => RegularExpression;

/** The engine is loaded when the first pattern is met. */
export async function loadRegularExpressions(): Promise<CompileRegularExpression> {
  const { RE2JS } = await import('re2js');
  return (pattern) => {
    checkPattern(pattern);
    const compiled = parse(pattern, (text) => RE2JS.compile(text));
    checkInstructions(pattern, compiled.programSize());
    return {
      test: (text) => compiled.matcher(text).find(),
      matchesWhole: (text) => compiled.matcher(text).matches(),
      replaceAll: (text, replacement) => {
        const matcher = compiled.matcher(text);
        const parts: string[] = [];
        let from = 0;
        while (matcher.find()) {
          if (matcher.end() === matcher.start()) continue;
          parts.push(text.slice(from, matcher.start()), replacement);
          from = matcher.end();
        }
        return parts.join('') + text.slice(from);
      },
      find: (text) => {
        const matcher = compiled.matcher(text);
        if (!matcher.find()) return undefined;
        return Array.from(
          { length: matcher.groupCount() + 1 },
          (_, group) => matcher.group(group) ?? undefined,
        );
      },
    };
  };
}

function checkPattern(pattern: string): void {
  if (pattern.length > maxPatternLength) {
    const message = `a pattern is longer than maxPatternLength (${maxPatternLength} characters)`;
    throw new MayflyError('MATCHER_INVALID', message, { hint: 'shorten it' });
  }
  // What looks like a pattern with JavaScript's flags would otherwise look for the slashes themselves, and never match.
  const flagged = /^\/(.+)\/([dgimsuvy]+)$/s.exec(pattern);
  if (flagged === null) return;
  const flags = (flagged[2] ?? '').replace(/[^ims]/g, '');
  const hint = `write ${flags === '' ? '' : `(?${flags})`}${flagged[1]}`;
  throw new MayflyError('MATCHER_INVALID', `a pattern stands without slashes: \`${pattern}\``, { hint });
}

function checkInstructions(pattern: string, instructions: number): void {
  if (instructions <= maxPatternInstructions) return;
  const message = `\`${pattern}\` has ${instructions} instructions, more than maxPatternInstructions (${maxPatternInstructions})`;
  throw new MayflyError('MATCHER_INVALID', message, {
    hint: 'repeat less: {1000} stands for a thousand copies',
  });
}

function parse<T>(pattern: string, compile: (text: string) => T): T {
  try {
    return compile(pattern);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.replace(/^error parsing regexp: /, '') : String(cause);
    throw new MayflyError('MATCHER_INVALID', `\`${pattern}\` is no regular expression: ${why}`, {
      cause,
      hint: hintFor(pattern),
    });
  }
}

function hintFor(pattern: string): string {
  if (/\(\?(?:=|!|<=|<!)/.test(pattern))
    return 'there is no look-ahead or look-behind; combine `all` and `not`';
  if (/\\[1-9]/.test(pattern)) return 'there are no back references: they cannot be matched in bounded time';
  if (/\\u[0-9a-fA-F]{4}/.test(pattern)) return 'write \\x{00e9} for a character by its number';
  if (/\\Z/.test(pattern)) return 'write \\z, or $';
  return 'patterns are written in RE2 syntax; quote them in single quotes, so that YAML keeps backslashes';
}
