import type { Outcome } from '../core/event.ts';
import { renderDuration } from '../core/units.ts';
import { displayWidth, padEnd, truncate } from './display-width.ts';
import type { LiveState } from './live-state.ts';
import { outcomeMark, outcomePaint, type Palette } from './palette.ts';
import type { ScenarioActivity } from './scenario-activity.ts';

/** The most running scenarios that get a line; more would jump about rather than inform. */
const mostLines = 8;
const spinner = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const spinnerMs = 100;
const order: readonly Outcome[] = ['passed', 'flaky', 'failed', 'errored', 'leaked', 'skipped'];

interface LiveOptions {
  readonly columns: number;
  readonly rows: number;
  /** Since the run began. */
  readonly nowMs: number;
}

/** The lines of the live view, none wider than the terminal: a wrapped line could not be redrawn. */
export function renderLive(state: LiveState, options: LiveOptions, palette: Palette): readonly string[] {
  const columns = Math.max(1, options.columns - 1);
  const most = Math.max(0, Math.min(mostLines, options.rows - 3));
  const running = [...state.running.values()];
  const shown = running.slice(0, most);
  const nameColumns = Math.min(
    Math.max(0, ...shown.map((activity) => displayWidth(activity.name))),
    Math.floor(columns / 3),
  );
  return [
    ...shown.map((activity) => renderActivity(activity, nameColumns, columns, options.nowMs, palette)),
    renderCounts(state, running.length - shown.length, columns, options.nowMs, palette),
  ];
}

function renderActivity(
  activity: ScenarioActivity,
  nameColumns: number,
  columns: number,
  nowMs: number,
  palette: Palette,
): string {
  const frame = spinner[Math.floor(Math.max(0, nowMs) / spinnerMs) % spinner.length] ?? '';
  const time = renderDuration(Math.max(0, nowMs - activity.startedAtMs));
  const retry = activity.attempt > 1 ? `attempt ${activity.attempt} · ` : '';
  const name = padEnd(truncate(activity.name, nameColumns), nameColumns);
  const room = columns - nameColumns - time.length - 6;
  if (room < 4) return palette.bold(truncate(activity.name, columns));
  const text = padEnd(truncate(`${retry}${activity.text}`, room), room);
  return `${palette.cyan(frame)} ${palette.bold(name)}  ${text}  ${palette.dim(time)}`;
}

function renderCounts(
  state: LiveState,
  hidden: number,
  columns: number,
  nowMs: number,
  palette: Palette,
): string {
  const parts: { readonly text: string; readonly paint: (text: string) => string }[] = [];
  for (const outcome of order) {
    const count = state.finished.get(outcome) ?? 0;
    if (count > 0) {
      parts.push({
        text: `${outcomeMark(outcome)} ${count} ${outcome}`,
        paint: outcomePaint(outcome, palette),
      });
    }
  }
  if (hidden > 0) parts.push({ text: `${hidden} more running`, paint: palette.dim });
  if (state.waiting > 0) parts.push({ text: `${state.waiting} waiting`, paint: palette.dim });
  parts.push({ text: renderDuration(Math.max(0, nowMs)), paint: palette.dim });
  const plain = parts.map((part) => part.text).join('  ');
  if (displayWidth(plain) > columns) return palette.dim(truncate(plain, columns));
  return parts.map((part) => part.paint(part.text)).join('  ');
}
