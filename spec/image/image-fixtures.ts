import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { buildTar, type TarPart } from './tar-builder.ts';

export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export function configJson(layers: readonly Buffer[], changes: object = {}): object {
  return {
    architecture: 'amd64',
    os: 'linux',
    created: '2024-05-06T07:08:09Z',
    config: { Cmd: ['/bin/app'], Env: ['A=1'] },
    rootfs: { type: 'layers', diff_ids: layers.map((layer) => `sha256:${sha256(layer)}`) },
    ...changes,
  };
}

/** Two layers, the second with a whiteout. */
export function twoLayers(): readonly Buffer[] {
  return [
    buildTar([
      { name: 'bin/', type: '5' },
      { name: 'bin/app', content: 'app', mode: 0o755 },
      { name: 'etc/old', content: 'old' },
    ]),
    buildTar([{ name: 'etc/', type: '5' }, { name: 'etc/.wh.old' }, { name: 'etc/new', content: 'new' }]),
  ];
}

/** `docker save` before version 25: layer.tar in a directory each, the repeated one a link. */
export function dockerSaveParts(
  layers: readonly Buffer[],
  options: { readonly config?: object; readonly tags?: readonly string[] } = {},
): readonly TarPart[] {
  const config = Buffer.from(JSON.stringify(options.config ?? configJson(layers)));
  const names = layers.map((_, at) => `${String(at).repeat(64)}/layer.tar`);
  const manifest = [
    { Config: `${sha256(config)}.json`, RepoTags: options.tags ?? ['example/app:1'], Layers: names },
  ];
  return [
    ...layers.map((content, at) => ({ name: names[at] ?? '', content })),
    { name: `${sha256(config)}.json`, content: config },
    { name: 'manifest.json', content: JSON.stringify(manifest) },
  ];
}

interface OciOptions {
  readonly pack?: (layer: Buffer) => Buffer;
  readonly config?: object;
  readonly refName?: string;
  readonly platform?: object;
  /** Wraps the manifest in an index of its own, as buildx does. */
  readonly nested?: boolean;
  readonly extra?: readonly object[];
}

/** The files of an OCI layout, by path. */
export function ociFiles(layers: readonly Buffer[], options: OciOptions = {}): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  const add = (content: Buffer | object, mediaType: string): Record<string, unknown> => {
    const bytes = Buffer.isBuffer(content) ? content : Buffer.from(JSON.stringify(content));
    files.set(`blobs/sha256/${sha256(bytes)}`, bytes);
    return { mediaType, digest: `sha256:${sha256(bytes)}`, size: bytes.length };
  };
  const pack = options.pack ?? ((layer) => gzipSync(layer));
  const manifest = {
    schemaVersion: 2,
    config: add(options.config ?? configJson(layers), 'application/vnd.oci.image.config.v1+json'),
    layers: layers.map((layer) => add(pack(layer), 'application/vnd.oci.image.layer.v1.tar+gzip')),
  };
  const platform = options.platform ?? { os: 'linux', architecture: 'amd64' };
  let top = { ...add(manifest, 'application/vnd.oci.image.manifest.v1+json'), platform };
  if (options.nested === true) {
    const attestation = {
      ...add({ attestation: true }, 'application/vnd.oci.image.manifest.v1+json'),
      platform: { os: 'unknown', architecture: 'unknown' },
    };
    const index = add(
      { schemaVersion: 2, manifests: [attestation, top] },
      'application/vnd.oci.image.index.v1+json',
    );
    top = { ...index, platform: undefined } as unknown as typeof top;
  }
  const named = {
    ...top,
    annotations:
      options.refName === undefined ? {} : { 'org.opencontainers.image.ref.name': options.refName },
  };
  files.set(
    'index.json',
    Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: [named, ...(options.extra ?? [])] })),
  );
  files.set('oci-layout', Buffer.from('{"imageLayoutVersion":"1.0.0"}'));
  return files;
}

export function writeLayout(directory: string, files: ReadonlyMap<string, Buffer>): void {
  mkdirSync(join(directory, 'blobs/sha256'), { recursive: true });
  for (const [path, content] of files) writeFileSync(join(directory, path), content);
}

export function archiveOf(files: ReadonlyMap<string, Buffer>): Buffer {
  return buildTar([...files].map(([name, content]) => ({ name, content })));
}
