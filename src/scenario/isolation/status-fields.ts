/** A line of /proc/PID/status (proc(5)): the words after its name; none when it is not there. */
export function statusField(status: string, name: string): readonly string[] {
  const line = status.split('\n').find((each) => each.startsWith(`${name}:`));
  return line === undefined
    ? []
    : line
        .slice(name.length + 1)
        .trim()
        .split(/\s+/);
}
