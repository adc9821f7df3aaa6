/** `About an hour`, `3 weeks`: how long ago something was, as Docker says it (docker/go-units, duration.go). */
export function humanDuration(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 1) return 'Less than a second';
  if (seconds === 1) return '1 second';
  if (seconds < 60) return `${seconds} seconds`;
  const minutes = Math.floor(seconds / 60);
  if (minutes === 1) return 'About a minute';
  if (minutes < 60) return `${minutes} minutes`;
  const hours = Math.round(seconds / 3600);
  if (hours === 1) return 'About an hour';
  if (hours < 48) return `${hours} hours`;
  if (hours < 24 * 7 * 2) return `${Math.floor(hours / 24)} days`;
  if (hours < 24 * 30 * 2) return `${Math.floor(hours / 24 / 7)} weeks`;
  if (hours < 24 * 365 * 2) return `${Math.floor(hours / 24 / 30)} months`;
  return `${Math.floor(hours / 24 / 365)} years`;
}

/** Empty where the time is none. */
export function renderAgo(at: string, nowMs: number): string {
  const then = Date.parse(at);
  return Number.isNaN(then) ? 'N/A' : `${humanDuration(Math.max(0, nowMs - then))} ago`;
}

/** `2024-05-06 07:08:09 +0000 UTC`, as Go prints times and Docker's templates give them. */
export function renderTime(at: string): string {
  const then = Date.parse(at);
  return Number.isNaN(then)
    ? 'N/A'
    : `${new Date(then).toISOString().slice(0, 19).replace('T', ' ')} +0000 UTC`;
}
