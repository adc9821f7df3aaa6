import type { MayflyEvent } from '../core/event.ts';
import type { Report } from './report.ts';

/** For later: every event as it comes, a line each. Any other report can be made from it (parse-event-line.ts). */
export const ndjsonReport: Report = {
  kind: 'stream',
  name: 'ndjson',
  extension: 'ndjson',
  renderEvent: renderEventLine,
};

/** JSON escapes every newline inside of strings, so that an event is one line whatever a container wrote. */
function renderEventLine(event: MayflyEvent): string {
  return `${JSON.stringify(event)}\n`;
}
