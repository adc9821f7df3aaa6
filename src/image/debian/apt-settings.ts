/** What apt is to do differently for images; all else of how the machine fetches (proxies, time-outs, certificates) stays. */
const leftOut =
  /^Acquire::(?:IndexTargets|Changelogs|Languages|CompressionTypes|GzipIndexes|cdrom|PDiffs)(?:::|$)/i;

/** The lines of `apt-config dump` that say how packages are fetched here; apt's private roots do not read the machine's files. */
export function selectAptSettings(dump: string): readonly string[] {
  return dump.split('\n').filter((line) => {
    const name = /^([A-Za-z][^\s"]*) ".*";$/.exec(line)?.[1];
    // An empty value is what apt-config prints for a mere group.
    return name?.startsWith('Acquire::') === true && !leftOut.test(name) && !line.endsWith(' "";');
  });
}
