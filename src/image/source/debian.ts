import { existsSync, readFileSync } from 'node:fs';
import { emptyImageConfig, type ImageSource } from '../../core/image.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import { renderSize } from '../../core/units.ts';
import { AptRunner } from '../debian/apt-runner.ts';
import { selectAptSettings } from '../debian/apt-settings.ts';
import { parseDebianOptions } from '../debian/debian-options.ts';
import { renderRecipe } from '../debian/debian-recipe.ts';
import { installPackages } from '../debian/install-packages.ts';
import { type PlannedSource, planSources } from '../debian/plan-sources.ts';
import { readAptSources } from '../debian/read-apt-sources.ts';
import { requireLocked } from '../debian/require-locked.ts';
import { listsBytes, requireSpace } from '../debian/require-space.ts';
import { type Resolved, resolvePackages } from '../debian/resolve-packages.ts';
import { renderPins, renderVersions } from '../debian/resolved-package.ts';
import type { SourceContext, SourcedImage } from '../image-source.ts';
import { readFileFact } from '../input-fact.ts';

const standardPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const aptDirectory = '/etc/apt';
const debianKeyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/**
 * An image of Debian packages. apt resolves them first, which tells the image's recipe; only when no layer of that recipe is in
 * the store does mmdebstrap install them.
 */
export async function readDebianImage(
  source: Extract<ImageSource, { kind: 'debian' }>,
  context: SourceContext,
): Promise<SourcedImage> {
  const options = parseDebianOptions(source.options);
  refuseSingleId(context);
  const { onProgress, platform } = context;
  const apt = new AptRunner(context.programs, context.signal);
  const mmdebstrap = await apt.require('mmdebstrap', 'mmdebstrap');
  await apt.require('apt-get', 'apt');
  const { architecture } = platform;
  const sources = planSources(options, {
    entries: readAptSources(aptDirectory),
    architecture,
    codename: readCodename(),
    keyrings: [debianKeyring].filter((path) => existsSync(path)),
  });
  const directory = await context.makePublicScratch();
  await requireSpace(directory, listsBytes);
  const resolved = await resolvePackages(
    {
      options,
      architecture,
      sources,
      settings: await readAptSettings(apt, context),
      preferences: renderPins(source.locked ?? []),
      directory,
      limits: context.limits,
    },
    apt,
    onProgress,
  );
  const packages = renderVersions(resolved.packages);
  requireLocked(source.locked, packages, options.suite);
  const downloadBytes = sumOf(resolved);
  const what = `${resolved.packages.length} packages (${renderSize(downloadBytes)})`;
  return {
    config: { ...emptyImageConfig, environment: [`PATH=${standardPath}`] },
    platform,
    createdAt: '',
    references: [],
    layers: [
      {
        kind: 'entries',
        what: `${what} of ${options.suite}`,
        recipe: renderRecipe(options, resolved.sources, packages, architecture),
        entries: () =>
          installPackages(
            {
              options,
              architecture,
              hasPreferences: source.locked !== undefined,
              mmdebstrap,
              aptRoot: resolved.root.directory,
              what,
              downloadBytes,
            },
            context,
          ),
      },
    ],
    inputs: inputFiles(sources).map(readFileFact),
    blobs: [],
    warnings: resolved.warnings,
    packages,
  };
}

/** Debian's packages have files of many owners, and their scripts change owners: one id cannot install them. */
function refuseSingleId({ ids }: SourceContext): void {
  if (ids.count > 1) return;
  throw new MayflyError('HOST_MISSING_FEATURE', 'images of Debian packages need subordinate ids', {
    hint: 'give this user a range in /etc/subuid and /etc/subgid and install uidmap; `mayfly doctor` says how',
  });
}

/** What the archive holds is asked for once; where it lies is watched: another mirror is another image. */
function inputFiles(sources: readonly PlannedSource[]): readonly string[] {
  return [...new Set(sources.flatMap(({ file }) => file ?? []))];
}

async function readAptSettings(apt: AptRunner, context: SourceContext): Promise<readonly string[]> {
  const path = await apt.require('apt-config', 'apt');
  const { stdout } = await apt.run([path, 'dump'], '/');
  // Passwords for mirrors (apt_auth.conf(5)) are root's to read.
  const passwords = [
    `Dir::Etc::netrc "${aptDirectory}/auth.conf";`,
    `Dir::Etc::netrcparts "${aptDirectory}/auth.conf.d";`,
  ];
  return [...selectAptSettings(stdout), ...(context.user.uid === 0 ? passwords : [])];
}

function readCodename(): string {
  try {
    return /^VERSION_CODENAME="?([a-z]+)"?$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? '';
  } catch {
    return '';
  }
}

function sumOf({ packages }: Resolved): number {
  return packages.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}
