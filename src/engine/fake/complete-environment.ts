/** As the engine completes what a process is given. */
export function completeEnvironment(
  entries: readonly string[],
  home: string,
  hostname: string,
): Readonly<Record<string, string>> {
  const own = entries.map((entry): [string, string] => [
    entry.slice(0, entry.indexOf('=')),
    entry.slice(entry.indexOf('=') + 1),
  ]);
  return {
    HOME: home,
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOSTNAME: hostname,
    ...Object.fromEntries(own),
  };
}
