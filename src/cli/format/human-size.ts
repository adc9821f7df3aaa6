const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** `77.8MB`: powers of 1000 and three digits, as Docker has sizes in its lists. */
export function humanSize(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${Number(value.toPrecision(3))}${units[unit]}`;
}
