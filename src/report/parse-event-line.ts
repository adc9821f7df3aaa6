import { eventVersion, type MayflyEvent } from '../core/event.ts';
import { isJsonObject, type Json } from '../core/json.ts';
import { MayflyError } from '../core/mayfly-error.ts';
import { eventShape } from './event-shape.ts';
import { reportLimits } from './report-limits.ts';
import { fits } from './shape.ts';

/**
 * One line of a recorded stream.
 *
 * @throws MayflyError EVENT_STREAM_INVALID, naming `place` (`run.ndjson:12`) and what is wrong.
 */
export function parseEventLine(line: string, place: string): MayflyEvent {
  const most = reportLimits.eventLineCharacters;
  if (line.length > most)
    throw invalid(place, `the line has more than ${most} characters (eventLineCharacters)`);
  const value = parseJson(line, place);
  const version = isJsonObject(value) && value.kind === 'runStarted' ? value.version : eventVersion;
  if (version !== eventVersion) {
    throw invalid(
      place,
      `the stream has version ${JSON.stringify(version)}, this Mayfly reads ${eventVersion}`,
    );
  }
  if (fits(eventShape, value)) return value;
  throw invalid(place, eventShape.findFault(value, '') ?? 'not an event');
}

function parseJson(line: string, place: string): Json {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw invalid(place, 'the line is not JSON; perhaps it was cut off', cause);
  }
}

function invalid(place: string, what: string, cause?: unknown): MayflyError {
  return new MayflyError('EVENT_STREAM_INVALID', `${place}: ${what}`, cause === undefined ? {} : { cause });
}
