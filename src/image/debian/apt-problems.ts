/** What apt says with `E:` and `W:`, told apart. */
export type AptProblem =
  | { readonly kind: 'no-suite'; readonly uri: string; readonly suite: string }
  | { readonly kind: 'no-component'; readonly component: string; readonly suite: string }
  | { readonly kind: 'no-package'; readonly name: string }
  | { readonly kind: 'no-version'; readonly name: string; readonly version: string }
  | { readonly kind: 'unreachable'; readonly what: string }
  | { readonly kind: 'signature'; readonly what: string }
  | { readonly kind: 'expired'; readonly what: string }
  | { readonly kind: 'disk-full'; readonly what: string }
  | { readonly kind: 'other'; readonly what: string };

type Reader = readonly [RegExp, (groups: readonly string[]) => AptProblem];

/** In this order: the first that fits a line is meant. Texts of apt 1.6 to 3.0 (apt-pkg/*.cc, methods/*.cc), in the C locale. */
const readers: readonly Reader[] = [
  [
    /No space left on device|You don't have enough free space|Disk quota exceeded/,
    ([what = '']) => ({ kind: 'disk-full', what }),
  ],
  [
    /^E: The repository '(\S+) (\S+) Release' does not have a Release file/,
    ([, uri = '', suite = '']) => ({ kind: 'no-suite', uri, suite }),
  ],
  [
    /Skipping acquire of configured file .* as repository '\S+ (\S+) \w*' doesn't have the component '([^']+)'/,
    ([, suite = '', component = '']) => ({ kind: 'no-component', component, suite }),
  ],
  [/^E: Unable to locate package (\S+)/, ([, name = '']) => ({ kind: 'no-package', name })],
  [
    /^E: Package '?([^\s']+)'? has no installation candidate/,
    ([, name = '']) => ({ kind: 'no-package', name }),
  ],
  [
    /^E: Couldn't find any package by (?:glob|regex) '([^']+)'/,
    ([, name = '']) => ({ kind: 'no-package', name }),
  ],
  [
    /^E: Version '([^']+)' for '([^']+)' was not found/,
    ([, version = '', name = '']) => ({ kind: 'no-version', name, version }),
  ],
  [
    /NO_PUBKEY|GPG error|is not signed|invalid signature|BADSIG|EXPKEYSIG|REVKEYSIG|Missing key|OpenPGP signature verification failed/i,
    ([what = '']) => ({ kind: 'signature', what }),
  ],
  [/Release file for \S+ is (?:expired|not valid yet)/, ([what = '']) => ({ kind: 'expired', what })],
  [
    /Failed to fetch|Could not resolve|Could not connect|Unable to connect|Temporary failure resolving|Connection (?:failed|timed out)|Network is unreachable/,
    ([what = '']) => ({ kind: 'unreachable', what }),
  ],
  [/^E: /, ([what = '']) => ({ kind: 'other', what })],
];

/** In apt's order. Mere warnings are not among them. */
export function parseAptProblems(lines: readonly string[]): readonly AptProblem[] {
  return lines
    .map((line) => line.trim())
    .filter((line) => /^[EW]: /.test(line))
    .flatMap((line) => readProblem(line) ?? []);
}

function readProblem(line: string): AptProblem | undefined {
  for (const [pattern, read] of readers) {
    const match = pattern.exec(line);
    // Patterns without groups of their own tell the whole line, without apt's letter.
    if (match !== null) return read(match.length > 1 ? match : [line.slice(3)]);
  }
  return undefined;
}
