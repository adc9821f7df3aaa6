/** A line of /proc/PID/mountinfo (proc(5)). */
export interface MountEntry {
  readonly id: number;
  readonly parent: number;
  /** `major:minor` of the file system. */
  readonly device: string;
  /** What of the file system is mounted here. */
  readonly root: string;
  /** Where it is mounted, as the reading process sees it. */
  readonly target: string;
  /** Of this mount: `ro`, `nosuid` … */
  readonly flags: readonly string[];
  /** `shared:1`, `master:2` … */
  readonly propagation: readonly string[];
  readonly type: string;
  /** What was mounted: a device, or a word. */
  readonly mounted: string;
  /** Of the file system, for all its mounts. */
  readonly superOptions: readonly string[];
}

export function parseMountInfo(text: string): readonly MountEntry[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map(parseLine);
}

function parseLine(line: string): MountEntry {
  const words = line.split(' ');
  const [id = '', parent = '', device = '', root = '', target = '', flags = ''] = words;
  const separator = words.indexOf('-', 6);
  return {
    id: Number(id),
    parent: Number(parent),
    device,
    root: unescapeOctal(root),
    target: unescapeOctal(target),
    flags: flags.split(','),
    propagation: words.slice(6, separator),
    type: words[separator + 1] ?? '',
    mounted: unescapeOctal(words[separator + 2] ?? ''),
    superOptions: (words[separator + 3] ?? '').split(','),
  };
}

/** Blanks in paths are written `\040` (mangle in fs/proc_namespace.c). */
const unescapeOctal = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
