import { parseSignal, signalName } from '../../core/signals.ts';

/** `term`, `SIGTERM` or `15` → `SIGTERM`; `SIGRTMIN+3` → `SIGRTMIN+3`; an empty text if it is no signal. */
export function canonicalSignal(text: string): string {
  const number = parseSignal(text.trim());
  const name = number === undefined ? '' : signalName(number);
  return name.startsWith('SIG') ? name : ''; // glibc keeps 32 and 33 for itself
}
