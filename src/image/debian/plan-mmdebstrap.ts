import { aptRootNames } from './apt-root.ts';
import type { DebianOptions } from './debian-options.ts';

export interface MmdebstrapRequest {
  readonly options: DebianOptions;
  readonly architecture: string;
  readonly hasPreferences: boolean;
}

/** What is read by people only, as in Debian's own slim images; copyright files stay. */
const documentation = ['doc', 'doc-base', 'groff', 'info', 'linda', 'lintian', 'locale', 'man'] as const;

const excludes = [
  ...documentation.map((name) => `path-exclude=/usr/share/${name}/*`),
  'path-include=/usr/share/doc/*/copyright',
  'path-include=/usr/share/locale/locale.alias',
];

/** Only for the time of the installation: how this machine fetches, and what is pinned, is no part of the image. */
const installOnly = {
  settings: '/etc/apt/apt.conf.d/98mayfly',
  preferences: '/etc/apt/preferences.d/mayfly',
} as const;

/** What mmdebstrap brings from this machine, for the installation (mmdebstrap(1), OPERATION: setup). */
const ofThisMachine: ReadonlySet<string> = new Set([
  installOnly.settings,
  installOnly.preferences,
  '/etc/resolv.conf',
  '/etc/hostname',
]);

/** Whether an entry of the tar, such as `./etc/passwd`, belongs to the image. */
export function belongsToImage(entryName: string): boolean {
  return !ofThisMachine.has(entryName.replace(/^\.?\/*/, '/'));
}

/**
 * mmdebstrap(1) to a tar on standard output. In every case `--mode=unshare`, whose mount and pid namespaces end with it: killing
 * it in root mode would leave /proc and /sys mounted in what is then removed. It runs in the apt root, whose lists it takes.
 */
export function planMmdebstrap(path: string, request: MmdebstrapRequest): readonly [string, ...string[]] {
  const { options, architecture, hasPreferences } = request;
  const hook = (stage: string, command: string): string => `--${stage}-hook=${command}`;
  const upload = (from: string, to: string): string => hook('setup', `upload ${from} ${to}`);
  return [
    path,
    '--mode=unshare',
    '--format=tar',
    `--variant=${options.variant}`,
    `--architectures=${architecture}`,
    '--skip=update,output/dev',
    // As in Debian's own container images: an image that was not finished is not used, so that nothing need be flushed.
    '--dpkgopt=force-unsafe-io',
    ...options.packages.map((name) => `--include=${name}`),
    hook('setup', `sync-in ${aptRootNames.lists} /var/lib/apt/lists`),
    upload(aptRootNames.settings, installOnly.settings),
    ...(hasPreferences ? [upload(aptRootNames.preferences, installOnly.preferences)] : []),
    ...(options.variant === 'extract' ? [] : [hook('essential', leaveOutDocumentation)]),
    options.suite,
    '-',
    aptRootNames.sources,
  ];
}

/**
 * From here on dpkg unpacks none. The sections of man stay as directories: update-alternatives fails without them (Debian bug
 * #863199).
 */
const leaveOutDocumentation = [
  'set -e',
  `printf '%s\\n' ${excludes.map((line) => `'${line}'`).join(' ')} > "$1/etc/dpkg/dpkg.cfg.d/docs"`,
  'cd "$1/usr/share"',
  `find ${documentation.join(' ')} ! -type d ! -name copyright ! -name locale.alias -delete 2>/dev/null || true`,
  `find ${documentation.join(' ')} -mindepth 1 -type d -empty -delete 2>/dev/null || true`,
  'mkdir -p man/man1 man/man2 man/man3 man/man4 man/man5 man/man6 man/man7 man/man8',
].join('\n');
