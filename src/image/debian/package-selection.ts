import type { DebianOptions } from './debian-options.ts';

/**
 * The arguments of `apt-get install` whose result is what mmdebstrap installs for a variant; its own patterns (mmdebstrap(1),
 * VARIANTS and OPERATION; apt-patterns(7)).
 */
export function packageSelection(options: DebianOptions, architecture: string): readonly string[] {
  const narrow = (pattern: string): string => {
    const { suite } = options;
    return `?narrow(?or(?archive(^${suite}$),?codename(^${suite}$)),?architecture(${architecture}),${pattern})`;
  };
  return [...variantSelection(options, narrow), ...options.packages];
}

function variantSelection(
  { variant }: DebianOptions,
  narrow: (pattern: string) => string,
): readonly string[] {
  const essential = narrow('?essential');
  const priorities = (...names: readonly string[]): string =>
    narrow(`?and(?or(${names.map((name) => `?priority(${name})`).join(',')}),?not(?essential))`);
  switch (variant) {
    case 'custom':
    case 'extract':
      return [];
    case 'essential':
      return [essential];
    case 'apt':
      return [essential, 'apt'];
    case 'minbase':
    case 'required':
      return [essential, priorities('required')];
    case 'buildd':
      return [essential, priorities('required'), 'build-essential'];
    case 'important':
      return [essential, priorities('required', 'important')];
    case 'standard':
      return [essential, priorities('required', 'important', 'standard')];
    default:
      return variant satisfies never;
  }
}
