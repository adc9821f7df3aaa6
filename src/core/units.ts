const durationUnits: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};
const sizeUnits: Readonly<Record<string, number>> = {
  b: 1,
  k: 2 ** 10,
  kb: 2 ** 10,
  m: 2 ** 20,
  mb: 2 ** 20,
  g: 2 ** 30,
  gb: 2 ** 30,
  t: 2 ** 40,
  tb: 2 ** 40,
};

/** Milliseconds of a duration as Compose writes it (`1m30s`, `500ms`, `1.5s`); undefined if it is none. */
export function parseDurationMs(text: string): number | undefined {
  if (text === '0') return 0;
  const whole = /^(?:\d+(?:\.\d+)?(?:us|ms|s|m|h))+$/;
  if (!whole.test(text)) return undefined;
  let totalMs = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(us|ms|s|m|h)/g)) {
    totalMs += Number(amount) * (durationUnits[unit ?? ''] ?? Number.NaN);
  }
  return totalMs;
}

/** Bytes of a size as Compose writes it (`64m`, `1gb`, `512`; powers of 1024); undefined if it is none. */
export function parseSizeBytes(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s?(b|k|kb|m|mb|g|gb|t|tb)?$/i.exec(text);
  if (match === null) return undefined;
  return Math.floor(Number(match[1]) * (sizeUnits[(match[2] ?? 'b').toLowerCase()] ?? 1));
}

/** `12 ms`, `1.23 s`, `2 m 5 s`. */
export function renderDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(2)} s`;
  return `${Math.floor(ms / 60_000)} m ${Math.round((ms % 60_000) / 1000)} s`;
}

/** `512 B`, `1.5 kB`, `12.3 MB`: powers of 1000, as `docker images` shows sizes. */
export function renderSize(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toPrecision(3)} ${units[unit]}`;
}
