import { posix } from 'node:path';
import type { MountSpec } from '../../../core/container.ts';
import { findContextItems } from '../copy/context-items.ts';
import type { RunMount } from '../dockerfile/run-mount.ts';
import type { StageBuilder } from '../stage-builder.ts';
import { holdCacheMount } from './cache-mounts.ts';
import { directoryOf, openTree } from './open-tree.ts';

/** What the mounts of a RUN are made of, as far as it decides what the step makes: not what a cache holds, nor a secret's value. */
export async function describeMounts(
  mounts: readonly RunMount[],
  builder: StageBuilder,
): Promise<readonly unknown[]> {
  const described = [];
  for (const mount of mounts) {
    if (mount.kind !== 'bind') described.push(mount);
    else described.push([mount, await describeBind(mount, builder)]);
  }
  return described;
}

async function describeBind(
  mount: RunMount & { readonly kind: 'bind' },
  builder: StageBuilder,
): Promise<unknown> {
  const { work } = builder;
  const directory = directoryOf(mount, builder);
  if (mount.from !== undefined && directory === undefined) {
    const { layers } = await work.sourceOf(mount.from, builder.stage);
    return layers.map(({ diffId }) => diffId);
  }
  const [item] = findContextItems(work.context(directory), mount.source, () => false);
  return item === undefined ? '' : work.digests.digestAll(item.files(), work.tools.nowMs());
}

/** Mounts that are ready, and variables of secrets. Held until they are disposed of. */
export interface OpenedMounts extends AsyncDisposable {
  readonly specs: readonly MountSpec[];
  /** `NAME=value`. */
  readonly environment: readonly string[];
}

export async function openMounts(
  mounts: readonly RunMount[],
  workingDir: string,
  builder: StageBuilder,
): Promise<OpenedMounts> {
  const held: AsyncDisposable[] = [];
  const close = async (): Promise<void> => {
    for (const each of held.toReversed()) await each[Symbol.asyncDispose]();
  };
  const specs: MountSpec[] = [];
  const environment: string[] = [];
  try {
    for (const mount of mounts) await open(mount);
  } catch (error) {
    await close();
    throw error;
  }
  return { specs, environment, [Symbol.asyncDispose]: close };

  async function open(mount: RunMount): Promise<void> {
    const place = (target: string): string => posix.resolve('/', workingDir, target);
    switch (mount.kind) {
      case 'bind': {
        const tree = await openTree(mount, builder);
        held.push(tree);
        specs.push({
          kind: 'bind',
          hostPath: tree.path,
          target: place(mount.target),
          readOnly: mount.readOnly,
        });
        break;
      }
      case 'cache': {
        const cache = await holdCacheMount(mount, mount.id, builder.work.tools);
        held.push(cache);
        specs.push({
          kind: 'bind',
          hostPath: cache.path,
          target: place(mount.target),
          readOnly: mount.readOnly,
        });
        break;
      }
      case 'tmpfs': {
        const size = mount.sizeBytes === undefined ? {} : { sizeBytes: mount.sizeBytes };
        specs.push({ kind: 'tmpfs', target: place(mount.target), readOnly: false, ...size });
        break;
      }
      case 'secret': {
        const content = readSecret(mount, builder);
        if (content === undefined) break;
        if (mount.variable !== undefined) environment.push(`${mount.variable}=${content}`);
        const { mode, uid, gid } = mount;
        if (mount.target !== undefined)
          specs.push({ kind: 'file', target: place(mount.target), content, mode, uid, gid });
        break;
      }
      default:
        mount satisfies never;
    }
  }
}

function readSecret(
  mount: RunMount & { readonly kind: 'secret' },
  builder: StageBuilder,
): string | undefined {
  const { secrets } = builder.work.request;
  const value = Object.hasOwn(secrets, mount.id) ? secrets[mount.id] : undefined;
  if (value === undefined) {
    if (mount.required)
      throw new Error(`the secret \`${mount.id}\` is required: give it with --secret id=${mount.id},src=…`);
    return undefined;
  }
  const text = Buffer.from(value).toString();
  if (Buffer.from(text).equals(Buffer.from(value))) return text;
  throw new Error(`the secret \`${mount.id}\` is not UTF-8`);
}
