/** signal(7), the numbers of x86-64 and arm64. */
const signals: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGTRAP: 5,
  SIGABRT: 6,
  SIGBUS: 7,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGSEGV: 11,
  SIGUSR2: 12,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
  SIGSTKFLT: 16,
  SIGCHLD: 17,
  SIGCONT: 18,
  SIGSTOP: 19,
  SIGTSTP: 20,
  SIGTTIN: 21,
  SIGTTOU: 22,
  SIGURG: 23,
  SIGXCPU: 24,
  SIGXFSZ: 25,
  SIGVTALRM: 26,
  SIGPROF: 27,
  SIGWINCH: 28,
  SIGIO: 29,
  SIGPWR: 30,
  SIGSYS: 31,
};

/** glibc's range of real-time signals (it keeps 32 and 33 for itself). */
const firstRealTime = 34;
const lastRealTime = 64;

/** `term`, `SIGTERM` or `15` → `SIGTERM`; `SIGRTMIN+3` → `SIGRTMIN+3`; an empty text if it is no signal. */
export function canonicalSignal(text: string): string {
  const word = text.trim().toUpperCase();
  if (/^\d+$/.test(word)) return signalOfNumber(Number(word));
  const name = word.startsWith('SIG') ? word : `SIG${word}`;
  if (name in signals) return name;
  const realTime = /^SIGRTMIN(?:\+(\d{1,2}))?$/.exec(name);
  if (realTime === null) return '';
  return signalOfNumber(firstRealTime + Number(realTime[1] ?? 0));
}

function signalOfNumber(number: number): string {
  const named = Object.entries(signals).find(([, value]) => value === number)?.[0];
  if (named !== undefined) return named;
  if (number < firstRealTime || number > lastRealTime) return '';
  return number === firstRealTime ? 'SIGRTMIN' : `SIGRTMIN+${number - firstRealTime}`;
}
