import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * A root for apt alone, in which nothing is installed: resolving in it asks neither for rights nor for the packages of this
 * machine. The same lists then serve mmdebstrap, so that what was resolved is what is installed.
 */
export interface AptRoot {
  readonly directory: string;
  readonly configPath: string;
}

/** Names within the root, for mmdebstrap's hooks too. */
export const aptRootNames = {
  lists: 'lists',
  sources: 'debian.sources',
  settings: 'settings.conf',
  preferences: 'preferences',
} as const;

export interface AptRootContent {
  readonly architecture: string;
  readonly sources: string;
  /** Lines of apt.conf(5). */
  readonly settings: readonly string[];
  /** apt_preferences(5); empty for none. */
  readonly preferences: string;
}

export async function makeAptRoot(directory: string, content: AptRootContent): Promise<AptRoot> {
  for (const path of ['lists/partial', 'cache/archives/partial', 'etc/apt.conf.d', 'etc/preferences.d'])
    await mkdir(join(directory, path), { recursive: true, mode: 0o755 });
  const root = { directory, configPath: join(directory, 'apt.conf') };
  const files: Readonly<Record<string, string>> = {
    status: '',
    [aptRootNames.sources]: content.sources,
    [aptRootNames.settings]: content.settings.map((line) => `${line}\n`).join(''),
    [aptRootNames.preferences]: content.preferences,
    'apt.conf': renderConfig(directory, content),
  };
  // Proxies may have passwords. The download itself may run as another user, which reads sources and settings from apt.
  for (const [name, text] of Object.entries(files))
    await writeFile(join(directory, name), text, { mode: name === aptRootNames.settings ? 0o600 : 0o644 });
  return root;
}

function renderConfig(directory: string, { architecture, settings }: AptRootContent): string {
  const at = (name: string): string => JSON.stringify(join(directory, name));
  return [
    `Dir ${JSON.stringify(directory)};`,
    `Dir::State ${JSON.stringify(directory)};`,
    `Dir::State::status ${at('status')};`,
    `Dir::Cache ${at('cache')};`,
    `Dir::Etc ${at('etc')};`,
    `Dir::Etc::sourcelist ${at(aptRootNames.sources)};`,
    'Dir::Etc::sourceparts "/dev/null";',
    `Dir::Etc::preferences ${at(aptRootNames.preferences)};`,
    'Dir::Etc::trusted "/etc/apt/trusted.gpg";',
    'Dir::Etc::trustedparts "/etc/apt/trusted.gpg.d";',
    `APT::Architecture ${JSON.stringify(architecture)};`,
    `APT::Architectures ${JSON.stringify(architecture)};`,
    'APT::Install-Recommends "false";',
    'Acquire::Languages "none";',
    // What mmdebstrap itself sets, so that apt does not count as essential.
    'pkgCacheGen::ForceEssential ",";',
    ...settings,
    '',
  ].join('\n');
}
