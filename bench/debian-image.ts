import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const bytesWanted = 115e6;
const largestFile = 8e6;
/** Every so manyth entry of these, in order: files of all kinds and sizes, as a distribution has them. */
const roots = ['/usr/bin', '/usr/sbin', '/usr/lib', '/usr/share', '/etc'];

export interface ImageFiles {
  /** An OCI layout with the image `bench`. */
  readonly layout: string;
  /** The same as an archive, `bench:1`. */
  readonly archive: string;
}

/** An image of one gzip layer, 120 MB unpacked, of this machine's own files: nothing is downloaded. */
export function makeDebianImage(directory: string): ImageFiles {
  mkdirSync(directory);
  const list = join(directory, 'list');
  writeFileSync(list, chooseFiles().join('\0'));
  const tar = join(directory, 'layer.tar');
  execFileSync('tar', ['--null', '--no-recursion', '-T', list, '-cf', tar], { stdio: 'ignore' });
  const diffId = digestOf(readFileSync(tar));
  execFileSync('gzip', ['-6', tar]);
  const layout = writeLayout(directory, 'layout', 'bench', readFileSync(`${tar}.gz`), diffId);
  const named = writeLayout(directory, 'named', 'bench:1', readFileSync(`${tar}.gz`), diffId);
  const archive = join(directory, 'bench.tar');
  execFileSync('tar', ['-C', named, '-cf', archive, '.']);
  return { layout, archive };
}

function chooseFiles(): readonly string[] {
  const all = roots.flatMap((root) => walk(root));
  const sizes = all.map((path) => lstatSync(path).size);
  const total = sizes.reduce((sum, size) => sum + (size < largestFile ? size : 0), 0);
  const step = Math.max(1, total / bytesWanted);
  return all.filter(
    (_, at) => (sizes[at] ?? 0) < largestFile && Math.floor(at / step) !== Math.floor((at - 1) / step),
  );
}

function walk(directory: string): readonly string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return [path, ...walk(path)];
    return entry.isFile() || entry.isSymbolicLink() ? [path] : [];
  });
}

function writeLayout(
  directory: string,
  name: string,
  reference: string,
  layer: Buffer,
  diffId: string,
): string {
  const layout = join(directory, name);
  mkdirSync(join(layout, 'blobs/sha256'), { recursive: true });
  const put = (content: Buffer | object, mediaType: string): object => {
    const bytes = Buffer.isBuffer(content) ? content : Buffer.from(JSON.stringify(content));
    const digest = digestOf(bytes);
    writeFileSync(join(layout, 'blobs/sha256', digest.slice(7)), bytes);
    return { mediaType, digest, size: bytes.length };
  };
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  const rootfs = { type: 'layers', diff_ids: [diffId] };
  const type = 'application/vnd.oci.image';
  const config = put({ architecture, os: 'linux', config: {}, rootfs }, `${type}.config.v1+json`);
  const layers = [put(layer, `${type}.layer.v1.tar+gzip`)];
  const manifest = put({ schemaVersion: 2, config, layers }, `${type}.manifest.v1+json`);
  const annotations = { 'org.opencontainers.image.ref.name': reference };
  writeFileSync(
    join(layout, 'index.json'),
    JSON.stringify({ schemaVersion: 2, manifests: [{ ...manifest, annotations }] }),
  );
  writeFileSync(join(layout, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  return layout;
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
