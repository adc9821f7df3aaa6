import type { Clock } from '../../core/clock.ts';
import type { ContainerSpec, MountSpec, PublishedPort } from '../../core/container.ts';
import type { Container, FileChanges, ImageFiles, Leak, Sandbox, SandboxSpec } from '../../core/engine.ts';
import { containersOf, type Fault, type FaultSpec } from '../../core/fault.ts';
import type { Layer } from '../../core/image.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import { compareTrees } from './compare-trees.ts';
import { FakeContainer } from './fake-container.ts';
import { FakeFaults } from './fake-fault.ts';
import { FakeFileSystem, type FakeMount } from './fake-file-system.ts';
import type { FakeKernel } from './fake-kernel.ts';
import { lookInto } from './fake-look.ts';
import { FakeNamespace, FakeNetworks, type FakeReach } from './fake-network.ts';
import type { FakePrograms } from './fake-program.ts';
import { directoryNode, type FakeNode, type FakeTree, fileNode, treeOf } from './fake-tree.ts';

export interface FakeSandboxParts {
  readonly spec: SandboxSpec;
  readonly clock: Clock;
  readonly programs: FakePrograms;
  readonly layers: ReadonlyMap<string, FakeTree>;
  readonly reach: FakeReach;
  /** What `close` says was left behind. */
  readonly leaks: readonly Leak[];
  readonly startDelayMs: number;
  readonly kernel: FakeKernel;
  readonly nextNumber: () => number;
}

/** Far from anything real: nothing listens on the host for a fake. */
const firstHostPort = 40_000;

export class FakeSandbox implements Sandbox {
  readonly #parts: FakeSandboxParts;
  readonly #networks: FakeNetworks;
  readonly #volumes = new Map<string, FakeTree>();
  readonly #containers = new Map<string, FakeContainer>();
  /** Root trees by container: as they are, as they came from the image, and as the checkpoint kept them. */
  readonly #roots = new Map<string, FakeTree>();
  readonly #pristine = new Map<string, FakeTree>();
  /** What `changes` compares with: the image, or the checkpoint that was forked. */
  readonly #baselines = new Map<string, FakeTree>();
  #kept:
    | { readonly roots: ReadonlyMap<string, FakeTree>; readonly volumes: ReadonlyMap<string, FakeTree> }
    | undefined;
  readonly faults = new FakeFaults();
  #closed: Promise<readonly Leak[]> | undefined;

  constructor(parts: FakeSandboxParts) {
    this.#parts = parts;
    this.#networks = new FakeNetworks(parts.spec.networks, parts.reach);
    for (const { name } of parts.spec.volumes) this.#volumes.set(name, treeOf({}));
  }

  /** Those that exist: for tests that count. */
  get containers(): readonly FakeContainer[] {
    return [...this.#containers.values()];
  }

  async startContainer(spec: ContainerSpec, signal: AbortSignal): Promise<Container> {
    signal.throwIfAborted();
    if (this.#closed !== undefined) throw new MayflyError('INTERNAL', 'the sandbox is closed');
    if (this.#containers.has(spec.name))
      throw new MayflyError('INTERNAL', `a container \`${spec.name}\` exists already`);
    if (this.#parts.startDelayMs > 0) await this.#parts.clock.sleep(this.#parts.startDelayMs, signal);
    const namespace = this.#namespaceOf(spec);
    try {
      const container = new FakeContainer({
        id: String(this.#parts.nextNumber()).padStart(64, '0'),
        spec,
        files: this.#filesOf(spec),
        namespace,
        networks: this.#networks,
        ports: spec.ports.map((port) => this.#publish(port)),
        programs: this.#parts.programs,
        clock: this.#parts.clock,
        kernel: this.#parts.kernel,
        changes: (most) => this.#changesOf(spec, most),
        onRemove: () => {
          this.#containers.delete(spec.name);
          this.#roots.delete(spec.name);
        },
      });
      this.#containers.set(spec.name, container);
      return container;
    } catch (error) {
      this.#networks.detachAll(spec.name);
      throw error;
    }
  }

  async openImageFiles(layers: readonly Layer[], signal: AbortSignal): Promise<ImageFiles> {
    signal.throwIfAborted();
    const files = new FakeFileSystem(this.#treeOf(layers), true, [], () => this.#parts.clock.nowMs());
    return { ...lookInto(files), async [Symbol.asyncDispose]() {} };
  }

  async checkpoint(): Promise<void> {
    this.#requireAllEnded('checkpoint');
    this.#kept = { roots: copyTrees(this.#roots), volumes: copyTrees(this.#volumes) };
  }

  async rewind(): Promise<void> {
    this.#requireAllEnded('rewind');
    for (const [name, tree] of this.#roots) {
      refill(tree, this.#kept?.roots.get(name) ?? this.#pristine.get(name));
      this.#baselines.set(name, new Map(tree));
    }
    for (const [name, tree] of this.#volumes) refill(tree, this.#kept?.volumes.get(name) ?? treeOf({}));
  }

  #changesOf({ name, mounts }: ContainerSpec, most: number): FileChanges {
    const [before, after] = [this.#baselines.get(name) ?? treeOf({}), this.#roots.get(name) ?? treeOf({})];
    const targets = mounts.map(({ target }) => target);
    return compareTrees(before, after, targets, most);
  }

  #requireAllEnded(what: string): void {
    const alive = this.containers.find(({ state }) => state !== 'exited');
    if (alive !== undefined)
      throw new MayflyError('CONTAINER_STATE', `cannot ${what}: ${alive.name} is ${alive.state}`);
  }

  async fault(spec: FaultSpec, signal: AbortSignal): Promise<Fault> {
    signal.throwIfAborted();
    const missing = containersOf(spec).find((name) => !this.#containers.has(name));
    if (missing !== undefined)
      throw new MayflyError('CONTAINER_STATE', `there is no container \`${missing}\``);
    return this.faults.begin(spec);
  }

  close(): Promise<readonly Leak[]> {
    this.#closed ??= this.#endAll();
    return this.#closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #endAll(): Promise<readonly Leak[]> {
    await Promise.all(this.containers.map((container) => container.remove()));
    return this.#parts.leaks;
  }

  #namespaceOf(spec: ContainerSpec): FakeNamespace {
    if (spec.network.kind === 'shared') {
      const other = this.#containers.get(spec.network.container);
      if (other === undefined)
        throw new MayflyError(
          'NETWORK_FAILED',
          `no container \`${spec.network.container}\` to share a network with`,
        );
      return other.namespace;
    }
    const namespace = new FakeNamespace(spec.name);
    const attachments = spec.network.kind === 'none' ? [] : spec.network.attachments;
    for (const attachment of attachments)
      this.#networks.attach(spec.name, attachment, spec.hostname, namespace);
    return namespace;
  }

  #filesOf(spec: ContainerSpec): FakeFileSystem {
    const root = this.#treeOf(spec.rootfs.layers);
    this.#roots.set(spec.name, root);
    this.#pristine.set(spec.name, new Map(root));
    this.#baselines.set(spec.name, new Map(root));
    const mounts = spec.mounts.map((mount) => this.#mountOf(mount, root));
    return new FakeFileSystem(root, spec.rootfs.readOnly, mounts, () => this.#parts.clock.nowMs());
  }

  #treeOf(layers: readonly Layer[]): FakeTree {
    const root: FakeTree = new Map([['/', directoryNode()]]);
    for (const layer of layers)
      for (const [path, node] of this.#parts.layers.get(layer.directory) ?? []) root.set(path, node);
    return root;
  }

  #mountOf(mount: MountSpec, root: FakeTree): FakeMount {
    switch (mount.kind) {
      case 'volume':
        return {
          target: mount.target,
          tree: this.#volume(mount.volume, mount.target, mount.copyImageContent, root),
          readOnly: mount.readOnly,
        };
      case 'bind':
      case 'tmpfs':
        return { target: mount.target, tree: treeOf({}), readOnly: mount.readOnly };
      case 'file':
        return { target: mount.target, tree: new Map([['/', fileMountNode(mount)]]), readOnly: true };
    }
  }

  /** A named volume takes the image's content at its first mount (language.md R14). */
  #volume(name: string, target: string, copyImageContent: boolean, root: FakeTree): FakeTree {
    const tree = this.#volumes.get(name);
    if (tree === undefined) throw new MayflyError('INTERNAL', `no volume \`${name}\` in the sandbox`);
    if (copyImageContent && tree.size === 1) {
      for (const [path, node] of root)
        if (path.startsWith(`${target}/`)) tree.set(path.slice(target.length), node);
    }
    return tree;
  }

  #publish(port: PublishedPort): PublishedPort {
    return port.hostPort === 0 ? { ...port, hostPort: firstHostPort + this.#parts.nextNumber() } : port;
  }
}

/** Nodes never change, so a tree is copied by its names. */
function copyTrees(trees: ReadonlyMap<string, FakeTree>): ReadonlyMap<string, FakeTree> {
  return new Map([...trees].map(([name, tree]) => [name, new Map(tree)]));
}

function refill(tree: FakeTree, content: FakeTree = new Map()): void {
  tree.clear();
  for (const [path, node] of content) tree.set(path, node);
}

function fileMountNode({ content, mode, uid, gid }: Extract<MountSpec, { kind: 'file' }>): FakeNode {
  return fileNode(content, { mode, uid, gid });
}
