import { isJsonObject, type Json } from '../../core/json.ts';
import { compileMatcher } from '../matcher/compile-matcher.ts';
import type { LogStream } from '../run/log-book.ts';
import { notReady, ready, type WaitDefinition } from './wait-definition.ts';

interface WantedLines {
  readonly matcher: Json;
  readonly times: number;
  readonly stream?: LogStream;
}

/** A text or a regular expression in so many lines of the log. */
export const waitForLog: WaitDefinition = {
  kind: 'log',
  async prepare(value, { service: { log } }) {
    const { matcher, times, stream } = planLines(value);
    const matches = await compileMatcher(matcher, { subject: 'log' });
    let seenUntil = 0;
    let count = 0;
    return {
      what: `log: ${matches.description}`,
      worksAfterEnd: true,
      async check() {
        const complete = log.mark;
        // A line without its newline yet counts for this look only: it may still grow.
        const lines = log.since(seenUntil).map((entry) => matchesLine(entry));
        const whole = complete - Math.max(seenUntil, log.firstKept);
        count += lines.slice(0, whole).filter(Boolean).length;
        seenUntil = complete;
        const total = count + lines.slice(whole).filter(Boolean).length;
        return total >= times
          ? ready
          : notReady(
              times === 1
                ? `not in what it wrote (${complete} ${complete === 1 ? 'line' : 'lines'})`
                : `${total} of ${times} times in ${complete} ${complete === 1 ? 'line' : 'lines'}`,
            );
      },
      changed: () => log.changed(),
    };

    function matchesLine(entry: { readonly stream: LogStream; readonly line: string }): boolean {
      return (stream === undefined || entry.stream === stream) && matches(entry.line).matched;
    }
  },
};

function planLines(value: Json): WantedLines {
  if (!isJsonObject(value)) return { matcher: { contains: String(value) }, times: 1 };
  const { times = 1, stream, ...matcher } = value;
  return { matcher, times: Number(times), ...(stream === 'stdout' || stream === 'stderr' ? { stream } : {}) };
}
