/** Docker's default for Linux images. */
const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export interface EnvironmentFacts {
  readonly hostname: string;
  readonly home: string;
  readonly tty: boolean;
}

/** The variables every container has, before and after those given; one that is given is never touched. */
export function completeEnvironment(given: readonly string[], facts: EnvironmentFacts): readonly string[] {
  const names = new Set(given.map((entry) => entry.slice(0, Math.max(0, entry.indexOf('=')))));
  const unlessGiven = (name: string, value: string): readonly string[] =>
    names.has(name) ? [] : [`${name}=${value}`];
  return [
    ...unlessGiven('PATH', defaultPath),
    ...unlessGiven('HOSTNAME', facts.hostname),
    ...(facts.tty ? unlessGiven('TERM', 'xterm') : []),
    ...given,
    ...unlessGiven('HOME', facts.home),
  ];
}
