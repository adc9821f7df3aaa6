import type { Json } from '../../../core/json.ts';

/** What to write instead of a number without a unit, or with a unit that does not exist; undefined for other mistakes. */
export function hintForUnit(value: Json, unit: 'duration' | 'size'): string | undefined {
  if (typeof value !== 'number' && typeof value !== 'string') return undefined;
  const text = String(value).trim();
  const amount = /^(\d+(?:\.\d+)?)\s*([A-Za-zµ]*)\.?$/.exec(text);
  const units = unit === 'duration' ? 'us, ms, s, m and h' : 'b, k, m, g and t';
  if (amount === null)
    return unit === 'duration' ? 'write for example 500ms, 10s or 1m30s' : 'write for example 64m or 1g';
  const [, digits = '', word = ''] = amount;
  if (word === '') {
    return unit === 'duration'
      ? `write "${digits}s" for seconds, or "${digits}ms"`
      : `write "${digits}m" for mebibytes, or "${digits}b" for bytes`;
  }
  const meant = spelledOut[unit][word.toLowerCase()];
  return meant === undefined ? `the units are ${units}` : `write "${digits}${meant}"`;
}

const spelledOut = {
  duration: {
    sec: 's',
    secs: 's',
    second: 's',
    seconds: 's',
    s: 's',
    min: 'm',
    mins: 'm',
    minute: 'm',
    minutes: 'm',
    m: 'm',
    hour: 'h',
    hours: 'h',
    hr: 'h',
    h: 'h',
    msec: 'ms',
    millis: 'ms',
    milliseconds: 'ms',
    ms: 'ms',
    µs: 'us',
    usec: 'us',
    d: undefined,
    day: undefined,
    days: undefined,
  },
  size: {
    kib: 'k',
    mib: 'm',
    gib: 'g',
    tib: 't',
    ki: 'k',
    mi: 'm',
    gi: 'g',
    ti: 't',
    byte: 'b',
    bytes: 'b',
    megabytes: 'm',
    gigabytes: 'g',
    kilobytes: 'k',
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, string | undefined>>>> as Readonly<
  Record<'duration' | 'size', Readonly<Record<string, string | undefined>>>
>;
