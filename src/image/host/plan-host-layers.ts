import { dirname } from 'node:path';
import { digestOf } from '../digest.ts';
import type { SourcedLayer } from '../image-source.ts';
import { renderStamp } from '../input-fact.ts';
import type { LayerEntry } from '../layer/layer-entry.ts';
import type { LayerMetadata } from '../layer-writer.ts';
import { baseDirectories, baseFiles, directoryMode } from './base-files.ts';
import { copiedFile } from './copied-file.ts';
import type { HostNode } from './host-tree.ts';

/** A file of at least this size gets a layer of its own, so that images with different programs share one copy of `node`. */
const ownLayerBytes = 2 ** 23;

type Planned = HostNode | { readonly kind: 'text'; readonly content: string };

/** The layers of a `host:` image: the large files one by one, and everything else on top. Pure but for reading content later. */
export function planHostLayers(nodes: ReadonlyMap<string, HostNode>): readonly SourcedLayer[] {
  const large = [...nodes].filter(([, node]) => isLarge(node));
  const small = new Map<string, Planned>([...nodes].filter(([, node]) => !isLarge(node)));
  for (const path of baseDirectories) if (!small.has(path)) small.set(path, { kind: 'directory' });
  for (const [path, content] of Object.entries(baseFiles)) small.set(path, { kind: 'text', content });
  const programsInRoot = [...nodes.keys()].some((path) => path.startsWith('/root/'));
  return [
    ...large.map(([path, node]) => planLayer(path, new Map([[path, node]]), programsInRoot)),
    planLayer('the host files', small, programsInRoot),
  ];
}

function isLarge(node: HostNode): boolean {
  return node.kind === 'file' && node.facts.size >= ownLayerBytes;
}

function planLayer(what: string, nodes: ReadonlyMap<string, Planned>, programsInRoot: boolean): SourcedLayer {
  const paths = withParents(nodes);
  const lines = paths.map((path) => [path, ...renderNode(path, nodes.get(path), programsInRoot)]);
  return {
    kind: 'entries',
    what,
    recipe: digestOf(JSON.stringify(['mayfly host layer 1', lines])),
    entries: async function* () {
      for (const path of paths) yield toEntry(path, nodes.get(path), programsInRoot);
    },
  };
}

/** Sorted, so that parents come before what is in them. A path that is a link on this machine is no parent. */
function withParents(nodes: ReadonlyMap<string, Planned>): readonly string[] {
  const paths = new Set(nodes.keys());
  for (const path of nodes.keys()) {
    for (let parent = dirname(path); parent !== '/'; parent = dirname(parent)) paths.add(parent);
  }
  return [...paths].sort();
}

/** What decides the layer's content: a file by its stamp, never by reading it. */
function renderNode(
  path: string,
  node: Planned | undefined,
  programsInRoot: boolean,
): readonly (string | number)[] {
  switch (node?.kind) {
    case undefined:
    case 'directory':
      return ['directory', directoryMode(path, programsInRoot)];
    case 'symlink':
      return ['symlink', node.target];
    case 'text':
      return ['text', node.content];
    case 'file':
      return ['file', renderStamp(node.facts)];
    default:
      return node satisfies never;
  }
}

function toEntry(path: string, node: Planned | undefined, programsInRoot: boolean): LayerEntry {
  switch (node?.kind) {
    case undefined:
    case 'directory':
      return { kind: 'directory', name: path, metadata: metadataOf(directoryMode(path, programsInRoot), 0) };
    case 'symlink':
      return { kind: 'symlink', name: path, target: node.target, metadata: metadataOf(0o777, 0) };
    case 'text':
      return {
        kind: 'file',
        name: path,
        metadata: metadataOf(0o644, 0),
        sizeBytes: Buffer.byteLength(node.content),
        content: textContent(node.content),
      };
    case 'file':
      return {
        kind: 'file',
        name: path,
        metadata: metadataOf(Number(node.facts.mode) & 0o7777, Number(node.facts.mtimeMs)),
        sizeBytes: Number(node.facts.size),
        content: copiedFile(path, node.facts),
      };
    default:
      return node satisfies never;
  }
}

async function* textContent(content: string): AsyncGenerator<Uint8Array> {
  if (content !== '') yield Buffer.from(content);
}

/** Everything belongs to root: who owned it on the machine means nothing inside. */
function metadataOf(mode: number, mtimeMs: number): LayerMetadata {
  const seconds = Math.floor(mtimeMs / 1000);
  return {
    mode,
    uid: 0,
    gid: 0,
    mtime: { seconds, nanoseconds: Math.floor((mtimeMs - seconds * 1000) * 1e6) },
    xattrs: [],
  };
}
