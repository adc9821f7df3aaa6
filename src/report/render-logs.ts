import type { Palette } from './palette.ts';
import { renderPrintable, renderPrintableLine } from './printable.ts';
import { reportLimits } from './report-limits.ts';
import type { AttemptSummary, ContainerSummary } from './summary.ts';

/** The last lines of one container's log, and how many there were. */
interface LogTail {
  readonly container: string;
  /** What `on_failure` asked for, which no container wrote: `web (ps)`. */
  readonly isEvidence: boolean;
  readonly lines: readonly string[];
  readonly total: number;
  readonly ended?: string;
}

/**
 * Of every container: as the problems recorded it at their time, else as the run ended. A container that nobody
 * recorded and that wrote nothing is left out: what a one-shot writes is in the facts of its step.
 */
export function collectLogTails(attempt: AttemptSummary): readonly LogTail[] {
  const recorded = new Map<string, readonly string[]>();
  for (const problem of [...attempt.steps.flatMap((step) => step.problems), ...attempt.problems]) {
    for (const [container, lines] of Object.entries(problem.logs ?? {})) recorded.set(container, lines);
  }
  const known = new Map(attempt.containers.map((container) => [container.name, container]));
  return [...new Set([...recorded.keys(), ...known.keys()])].flatMap((name) => {
    const container = known.get(name);
    const lines = recorded.get(name) ?? container?.logTail.map((entry) => entry.line) ?? [];
    const end = container === undefined ? undefined : renderEnd(container);
    if (lines.length === 0 && !recorded.has(name) && end === undefined) return [];
    return {
      container: name,
      isEvidence: container === undefined,
      lines: lines.slice(-reportLimits.recordedLogLines),
      total: Math.max(lines.length, container?.logLines ?? 0),
      ...(end === undefined ? {} : { ended: end }),
    };
  });
}

export function renderLogTails(tails: readonly LogTail[], palette: Palette): readonly string[] {
  const lines: string[] = [];
  for (const tail of tails.filter((tail) => tail.lines.length > 0)) {
    const what = whatOf(tail);
    const title = palette.bold(renderPrintable(tail.container));
    lines.push(what === '' ? title : `${title} ${palette.dim(what)}`);
    for (const line of tail.lines) lines.push(`${palette.dim('│')} ${renderPrintableLine(line)}`.trimEnd());
  }
  const silent = tails.filter((tail) => tail.lines.length === 0);
  if (silent.length > 0) {
    const names = silent.map(({ container, ended }) =>
      ended === undefined ? renderPrintable(container) : `${renderPrintable(container)} (${ended})`,
    );
    lines.push(palette.dim(`no output from ${names.join(', ')}`));
  }
  return lines;
}

function whatOf({ lines, total, isEvidence, ended }: LogTail): string {
  const cut = total > lines.length ? `last ${lines.length} of ${total} lines` : undefined;
  return [cut ?? (isEvidence ? [] : 'log'), ended ?? []].flat().join(', ');
}

/** How a container came to its end by itself; undefined if it did not. */
function renderEnd({ ended }: ContainerSummary): string | undefined {
  if (ended === undefined || ended.expected) return undefined;
  const how =
    ended.signal === undefined ? `exit ${ended.code}` : `killed by ${renderPrintable(ended.signal)}`;
  return `ended by itself: ${how}${ended.oomKilled ? ', out of memory' : ''}`;
}
