import type { Image } from '../../core/image.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { ScenarioPlan } from '../../core/plan.ts';

/**
 * `platform:` is a demand, and nothing is emulated: an image for another platform is refused.
 *
 * @throws MayflyError IMAGE_PLATFORM at the first service whose image is not for it.
 */
export function checkPlatforms({ services }: ScenarioPlan, images: ReadonlyMap<string, Image>): void {
  for (const { name, platform, image, at } of services) {
    const found = images.get(image)?.platform;
    if (platform === undefined || found === undefined || isFor(found, platform)) continue;
    throw new MayflyError(
      'IMAGE_PLATFORM',
      `\`${name}\` wants ${platform}, and image \`${image}\` is for ${found}`,
      { at, hint: 'choose an image for that platform, or leave `platform` out' },
    );
  }
}

/** A variant counts only where both name one (image-spec, image-index.md). */
function isFor(found: string, wanted: string): boolean {
  const [os, architecture, variant] = wanted.split('/');
  const [foundOs, foundArchitecture, foundVariant] = found.split('/');
  const sameVariant = variant === undefined || foundVariant === undefined || variant === foundVariant;
  return os === foundOs && canonical(architecture) === canonical(foundArchitecture) && sameVariant;
}

/** What people and Docker call them (containerd, platforms/database.go). */
const aliases: Readonly<Record<string, string>> = { x86_64: 'amd64', aarch64: 'arm64', 'x86-64': 'amd64' };

function canonical(architecture = ''): string {
  return aliases[architecture] ?? architecture;
}
