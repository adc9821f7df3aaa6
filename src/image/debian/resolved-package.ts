/** One package of an image, with the one version of it. */
export interface ResolvedPackage {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  /** Of its archive file. */
  readonly sizeBytes: number;
}

/**
 * `apt-get --print-uris`: `'uri' name_version_arch.deb size hash` a line (apt-get(8)). In file names apt quotes what is special
 * there, so that an epoch's `:` is `%3a` (apt-pkg/acquire-item.cc).
 */
export function parsePrintUris(text: string): readonly ResolvedPackage[] {
  return text.split('\n').flatMap((line) => {
    const match = /^'[^']*' ([^_\s]+)_([^_\s]+)_([^_\s]+)\.deb (\d+)/.exec(line);
    if (match === null) return [];
    const [, name = '', version = '', architecture = '', size = ''] = match;
    return [{ name, version: unquote(version), architecture, sizeBytes: Number(size) }];
  });
}

function unquote(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** `name=version`, sorted: an image's recipe, and what a lock keeps. */
export function renderVersions(packages: readonly ResolvedPackage[]): readonly string[] {
  return packages.map(({ name, version }) => `${name}=${version}`).sort();
}

/** Preferences that admit exactly these versions (apt_preferences(5): above 1000 even a downgrade). */
export function renderPins(versions: readonly string[]): string {
  return versions
    .map((text) => {
      const [name = '', version = ''] = text.split('=');
      return `Package: ${name}\nPin: version ${version}\nPin-Priority: 1001\n`;
    })
    .join('\n');
}
