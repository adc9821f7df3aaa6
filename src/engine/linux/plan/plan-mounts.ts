import type { MountSpec } from '../../../core/container.ts';
import { MayflyError } from '../../../core/mayfly-error.ts';
import type { Tape } from '../tape/op.ts';
import type { MountSource } from './container-input.ts';
import { makeDirectories, makeFile } from './make-target.ts';
import { dataMount, inertMount, newMount, readOnlyMount, setAttributes, takeSource } from './mount-ops.ts';
import { type PrivateFileSlots, planPrivateFile } from './private-file.ts';
import { pathComponents } from './sandbox-layout.ts';

/** Kept by the kernel or by Mayfly; runc refuses mounts there too. */
const reserved = new Set(['proc', 'sys']);

interface Placed {
  readonly mount: MountSpec;
  readonly source: MountSource | undefined;
  readonly components: readonly string[];
}

/**
 * The mounts of a service, outer before inner as Docker orders them. `sources` belong to `mounts` by index; `firstFile` is
 * the name that the first `file` mount gets in the private file system.
 */
export function planMounts(
  mounts: readonly MountSpec[],
  sources: readonly (MountSource | undefined)[],
  slots: PrivateFileSlots,
  firstFile: number,
): Tape {
  let nextFile = firstFile;
  return mounts
    .map((mount, index) => place(mount, sources[index]))
    .toSorted((a, b) => a.components.length - b.components.length)
    .flatMap((placed) =>
      placed.mount.kind === 'file' ? planFile(placed.mount, nextFile++, slots) : planTree(placed, slots),
    );
}

function place(mount: MountSpec, source: MountSource | undefined): Placed {
  const components = pathComponents(mount.target, 'mount target');
  const [first] = components;
  if (first === undefined || reserved.has(first)) {
    throw new MayflyError('SCENARIO_WRONG_VALUE', `nothing can be mounted at ${mount.target}`, {
      hint: 'choose a target that is not /, /proc or /sys, nor below the latter two',
    });
  }
  return { mount, source, components };
}

function planFile(mount: MountSpec & { readonly kind: 'file' }, name: number, slots: PrivateFileSlots): Tape {
  return planPrivateFile({ ...mount, readOnly: true }, name, slots);
}

function planTree({ mount, source, components }: Placed, slots: PrivateFileSlots): Tape {
  if (mount.kind === 'file') return [];
  if (mount.kind === 'tmpfs') return planTmpfs(mount, components, slots);
  if (source === undefined) throw new MayflyError('INTERNAL', `no mount was prepared for ${mount.target}`);
  const { mount: detached, ops } = takeSource(source, slots.sandbox, slots.scratch);
  const isFile = source.type === 'file';
  return [
    ...(isFile ? makeFile(slots.root, components, slots.scratch) : makeDirectories(slots.root, components)),
    ...ops,
    setAttributes(detached, mount.readOnly ? dataMount | readOnlyMount : dataMount),
    { kind: 'attachMount', mount: detached, dir: slots.root, path: components.join('/') },
    { kind: 'close', slot: detached },
  ];
}

/** As Docker's `--tmpfs`: mode 1777, no programs, no devices; the kernel's own limit is half of the memory. */
function planTmpfs(
  mount: MountSpec & { readonly kind: 'tmpfs' },
  components: readonly string[],
  { root, scratch }: PrivateFileSlots,
): Tape {
  const size = mount.sizeBytes === undefined ? [] : [`size=${mount.sizeBytes}`];
  return [
    ...makeDirectories(root, components),
    newMount(
      'tmpfs',
      [`mode=${(mount.mode ?? 0o1777).toString(8)}`, ...size],
      mount.readOnly ? inertMount | readOnlyMount : inertMount,
      scratch,
    ),
    { kind: 'attachMount', mount: scratch, dir: root, path: components.join('/') },
    { kind: 'close', slot: scratch },
  ];
}
