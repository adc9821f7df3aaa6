import type { Descriptor } from './descriptor.ts';

/** The names under which an index knows an image (image-spec annotations.md; containerd and Docker write the second). */
export function referenceNames(descriptor: Descriptor): readonly string[] {
  const full = descriptor.annotations['io.containerd.image.name'];
  const ref = descriptor.annotations['org.opencontainers.image.ref.name'];
  return [...new Set([full, ref].filter((name) => name !== undefined))];
}

/** Docker's shorthands: `alpine` is `docker.io/library/alpine:latest`. */
export function normalizeReference(reference: string): string {
  const short = reference.replace(/^(index\.)?docker\.io\//, '').replace(/^library\//, '');
  const lastPart = short.slice(short.lastIndexOf('/') + 1);
  return lastPart.includes(':') || lastPart.includes('@') ? short : `${short}:latest`;
}

/** By digest (`sha256:…`, `name@sha256:…`) or by name. */
export function referenceMatches(reference: string, names: readonly string[], digest: string): boolean {
  const wantedDigest = /(?:^|@)(sha256:[0-9a-f]{64})$/.exec(reference)?.[1];
  if (wantedDigest !== undefined) return wantedDigest === digest;
  const wanted = normalizeReference(reference);
  return names.some((name) => name === reference || normalizeReference(name) === wanted);
}
