/** signal(7), asm-generic/signal.h; x86 and arm64 have the same numbers. */
export const signalNumbers: Readonly<Record<string, number>> = {
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

/** Names the C library has besides. */
const aliases: Readonly<Record<string, string>> = { SIGIOT: 'SIGABRT', SIGPOLL: 'SIGIO', SIGCLD: 'SIGCHLD' };

/** glibc gives out real-time signals from here (the two before are its own). */
const firstRealTime = 34;
const lastRealTime = 64;

/** Of `SIGTERM`, `term`, `15`, `SIGRTMIN+3`; undefined if it is none. */
export function parseSignal(text: string): number | undefined {
  if (/^\d{1,3}$/.test(text)) return inRange(Number(text));
  const upper = text.toUpperCase();
  const name = upper.startsWith('SIG') ? upper : `SIG${upper}`;
  const known = signalNumbers[aliases[name] ?? name];
  if (known !== undefined) return known;
  const realTime = /^SIGRT(?:MIN(?:\+(\d{1,2}))?|MAX(?:-(\d{1,2}))?)$/.exec(name);
  if (realTime === null) return undefined;
  const number = name.startsWith('SIGRTMIN')
    ? firstRealTime + Number(realTime[1] ?? 0)
    : lastRealTime - Number(realTime[2] ?? 0);
  return number >= firstRealTime ? inRange(number) : undefined;
}

/** `SIGKILL`, `SIGRTMIN+3`; `signal 99` for one that Linux does not have. */
export function signalName(number: number): string {
  const found = Object.entries(signalNumbers).find(([, value]) => value === number);
  if (found !== undefined) return found[0];
  if (number < firstRealTime || number > lastRealTime) return `signal ${number}`;
  return number === firstRealTime ? 'SIGRTMIN' : `SIGRTMIN+${number - firstRealTime}`;
}

function inRange(number: number): number | undefined {
  return number >= 1 && number <= lastRealTime ? number : undefined;
}
