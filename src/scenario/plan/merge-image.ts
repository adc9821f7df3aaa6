import type { ContainerSpec, MountSpec, VolumeSpec } from '../../core/container.ts';
import type { Image, ImageConfig } from '../../core/image.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { ContainerTemplate } from '../../core/plan.ts';
import { optionalKey } from './optional-key.ts';
import { canonicalSignal } from './signal-name.ts';

/** Docker's default where neither image nor service says PATH (moby, oci/defaults.go). */
const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * The image's defaults under the service's own words, as Docker merges them (moby, daemon/commit.go `merge`).
 *
 * @throws MayflyError SCENARIO_MISSING_KEY when neither of them says what to run.
 */
export function mergeImage(template: ContainerTemplate, image: Image): ContainerSpec {
  const { config } = image;
  const { readOnlyRoot, writableBytes, entrypoint, command, environment, workingDir, user, ...rest } =
    template;
  return {
    ...rest,
    rootfs: {
      layers: image.layers,
      readOnly: readOnlyRoot,
      ...optionalKey('writableBytes', writableBytes),
    },
    process: {
      ...template.process,
      argv: mergeArgv(template, image),
      environment: mergeEnvironment(config.environment, environment, template.process.tty),
      workingDir: workingDir ?? (config.workingDir === '' ? '/' : config.workingDir),
      user: user ?? config.user,
    },
    mounts: [...template.mounts, ...anonymousMounts(template, config)],
    labels: { ...config.labels, ...template.labels },
    stopSignal: template.stopSignal ?? (canonicalSignal(config.stopSignal) || 'SIGTERM'),
  };
}

/** An entrypoint of the service's own clears the image's command; an empty one only clears the image's entrypoint. */
function mergeArgv(template: ContainerTemplate, image: Image): readonly string[] {
  const { config } = image;
  const ownEntrypoint = template.entrypoint !== undefined && template.entrypoint.length > 0;
  const entrypoint = template.entrypoint ?? config.entrypoint;
  const command = template.command ?? (ownEntrypoint ? [] : config.command);
  const argv = [...entrypoint, ...command];
  if (argv.length > 0) return argv;
  throw new MayflyError('SCENARIO_MISSING_KEY', `nothing to run in \`${template.name}\``, {
    hint: `image \`${image.name}\` has neither ENTRYPOINT nor CMD: say \`command:\``,
  });
}

/** The image's order first, the service's additions after; a null removes. */
function mergeEnvironment(
  ofImage: readonly string[],
  ofService: Readonly<Record<string, string | null>>,
  tty: boolean,
): readonly string[] {
  const merged = new Map<string, string | null>([['PATH', defaultPath]]);
  if (tty) merged.set('TERM', 'xterm');
  for (const entry of ofImage) {
    const equals = entry.indexOf('=');
    if (equals > 0) merged.set(entry.slice(0, equals), entry.slice(equals + 1));
  }
  for (const [name, value] of Object.entries(ofService)) merged.set(name, value);
  return [...merged].flatMap(([name, value]) => (value === null ? [] : [`${name}=${value}`]));
}

/** A VOLUME of the image becomes a volume of this container alone, unless the service mounts something there. */
function anonymousMounts(template: ContainerTemplate, config: ImageConfig): readonly MountSpec[] {
  const taken = new Set(template.mounts.map((mount) => trimSlash(mount.target)));
  const targets = config.volumes.map(trimSlash).filter((target) => !taken.has(target));
  return [...new Set(targets)].map((target, index) => ({
    kind: 'volume',
    volume: `${anonymousPrefix(template.name)}${index}`,
    target,
    readOnly: false,
    copyImageContent: true,
  }));
}

/** The anonymous volumes among a container's mounts: they belong into `SandboxSpec.volumes` beside the declared ones. */
export function anonymousVolumes(spec: ContainerSpec): readonly VolumeSpec[] {
  const prefix = anonymousPrefix(spec.name);
  return spec.mounts.flatMap((mount) =>
    mount.kind === 'volume' && mount.volume.startsWith(prefix) ? [{ name: mount.volume }] : [],
  );
}

/** No declared volume can have such a name: the schema demands a letter or digit in front. */
function anonymousPrefix(container: string): string {
  return `_${container}_`;
}

function trimSlash(path: string): string {
  return path.length > 1 ? path.replace(/\/+$/, '') : path;
}
