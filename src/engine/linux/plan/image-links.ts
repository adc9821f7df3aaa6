import type { Layer } from '../../../core/image.ts';
import type { Slot, Tape } from '../tape/op.ts';
import { sandboxLayout } from './sandbox-layout.ts';

/**
 * For init, once per image: `images/<key>/0` … as links to the layers, the top one first, as `lowerdir` wants them. Short
 * relative names keep the mount options below the kernel's page and out of the way of `:` and `,`.
 */
export function planImageLinks(key: string, layers: readonly Layer[], sandboxRoot: Slot): Tape {
  const directory = `${sandboxLayout.images}/${key}`;
  return [
    { kind: 'mkdir', dir: sandboxRoot, path: directory, mode: 0o755, flags: 1 },
    ...layers.toReversed().map(
      (layer, index) =>
        ({
          kind: 'symlink',
          dir: sandboxRoot,
          path: `${directory}/${index}`,
          target: `/${sandboxLayout.store}/${layer.directory}`,
        }) as const,
    ),
  ];
}
