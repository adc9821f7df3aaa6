import { MayflyError } from '../../core/mayfly-error.ts';
import type { AptEntry } from './apt-entry.ts';
import type { DebianOptions } from './debian-options.ts';

/** One suite of one mirror. */
export interface PlannedSource {
  readonly uri: string;
  readonly suite: string;
  readonly components: readonly string[];
  readonly fields: Readonly<Record<string, string>>;
  /** The release itself; its updates and security fixes may be missing without harm. */
  readonly isBase: boolean;
  /** Where the machine says so; undefined where the scenario does. */
  readonly file: string | undefined;
}

export interface MachineFacts {
  readonly entries: readonly AptEntry[];
  /** Debian's word: `amd64`. */
  readonly architecture: string;
  /** VERSION_CODENAME of os-release(5); empty when unknown. */
  readonly codename: string;
  /** Keyrings for a `mirror:`, those of them that exist. */
  readonly keyrings: readonly string[];
}

/** What a release is published under beside its own name. Backports and proposed updates are for who asks for them. */
const pocketPattern = /^(.+?)(-security|-updates|\/updates|-backports(?:-sloppy)?|-proposed-updates|-lts)?$/;
const carriedPockets: ReadonlySet<string> = new Set(['-security', '-updates', '/updates']);
/** Rolling releases have neither updates nor security fixes of their own. */
const rolling: ReadonlySet<string> = new Set(['sid', 'unstable', 'experimental', 'rc-buggy']);
/** Of Debian and what descends from it; entries of other publishers mostly have words of their own. */
const archiveComponents: ReadonlySet<string> = new Set([
  'main',
  'contrib',
  'non-free',
  'non-free-firmware',
  'universe',
  'restricted',
  'multiverse',
]);

/** Where packages of the suite come from: the machine's own entries with the suite exchanged, or the mirror asked for. */
export function planSources(options: DebianOptions, machine: MachineFacts): readonly PlannedSource[] {
  const own = chooseArchive(machine);
  if (options.mirror !== undefined) return [planMirror(options, options.mirror, machine, own)];
  const planned = own.flatMap((source) => exchangeSuite(source, options) ?? []);
  if (planned.some(({ isBase }) => isBase)) return planned;
  throw new MayflyError('IMAGE_NOT_FOUND', 'the apt sources of this machine name no Debian archive', {
    hint: 'add one to /etc/apt/sources.list, or say `mirror:` in the image',
  });
}

interface ArchiveSource extends PlannedSource {
  readonly release: string;
  readonly pocket: string;
}

/** The entries of one release, the machine's own if it is there: exactly one distribution's archive, not its other publishers. */
function chooseArchive(machine: MachineFacts): readonly ArchiveSource[] {
  const sources = machine.entries.flatMap((entry) => toSources(entry, machine.architecture));
  const official = sources.filter(isOfficial);
  const candidates = official.some(({ isBase }) => isBase) ? official : sources;
  const bases = candidates.filter(({ isBase }) => isBase).map(({ release }) => release);
  const release = bases.includes(machine.codename) ? machine.codename : bases[0];
  return candidates.filter((source) => source.release === release);
}

function toSources(entry: AptEntry, architecture: string): readonly ArchiveSource[] {
  const { Architectures, Targets: _, ...fields } = entry.fields;
  if (Architectures !== undefined && !Architectures.split(/\s+/).includes(architecture)) return [];
  if (!entry.components.some((component) => archiveComponents.has(component))) return [];
  return entry.suites.flatMap((suite) => {
    if (suite === '/' || (suite.endsWith('/') && suite !== '')) return [];
    const [, release = suite, pocket = ''] = pocketPattern.exec(suite) ?? [];
    return entry.uris.map((uri) => ({
      uri,
      suite,
      components: entry.components,
      fields,
      isBase: pocket === '',
      file: entry.file,
      release,
      pocket,
    }));
  });
}

/** Signed with a distribution's own keyring, or trusted by default, as entries were before `Signed-By`. */
function isOfficial({ uri, fields }: ArchiveSource): boolean {
  const signedBy = fields['Signed-By'];
  if (signedBy !== undefined) return signedBy.includes('-archive-keyring');
  return /(?:debian|ubuntu)(?:-security|-ports)?\/?$/.test(uri);
}

function exchangeSuite(
  source: ArchiveSource,
  { suite, components }: DebianOptions,
): PlannedSource | undefined {
  const { uri, fields, isBase, pocket, file } = source;
  if (!isBase && (!carriedPockets.has(pocket) || rolling.has(suite))) return undefined;
  // `/updates` was the security suite's name until Debian 10.
  const suffix = pocket === '/updates' ? '-security' : pocket;
  return {
    uri,
    suite: `${suite}${suffix}`,
    components: components ?? source.components,
    fields,
    isBase,
    file,
  };
}

function planMirror(
  options: DebianOptions,
  uri: string,
  machine: MachineFacts,
  own: readonly ArchiveSource[],
): PlannedSource {
  const ofMachine = own.find(({ isBase }) => isBase)?.fields['Signed-By'] ?? '';
  const paths = ofMachine.includes('BEGIN PGP') ? [] : ofMachine.split(/\s+/).filter((word) => word !== '');
  const keyrings = [...new Set([...paths, ...machine.keyrings])];
  const fields: Readonly<Record<string, string>> =
    keyrings.length === 0 ? {} : { 'Signed-By': keyrings.join(' ') };
  return {
    uri,
    suite: options.suite,
    components: options.components ?? ['main'],
    fields,
    isBase: true,
    file: undefined,
  };
}

/** As apt reads it (deb822 form of sources.list(5)). */
export function renderSources(sources: readonly PlannedSource[]): string {
  return sources
    .map(({ uri, suite, components, fields }) =>
      [
        'Types: deb',
        `URIs: ${uri}`,
        `Suites: ${suite}`,
        `Components: ${components.join(' ')}`,
        ...Object.entries(fields).map(([name, value]) => `${name}: ${value}`),
        '',
      ].join('\n'),
    )
    .join('\n');
}
