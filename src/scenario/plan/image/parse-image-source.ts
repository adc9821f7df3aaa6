import { join } from 'node:path';
import type { ImageSource } from '../../../core/image.ts';
import { isImageReference } from '../../../core/image-reference.ts';
import type { Json } from '../../../core/json.ts';
import type { DocumentNode } from '../document-node.ts';
import { optionalKey } from '../optional-key.ts';
import { parseBuildSource } from './parse-build-source.ts';

const kinds = ['host', 'rootfs', 'archive', 'oci', 'registry', 'debian', 'build'] as const;

/** Where an image of `images:` comes from (language.md R9); paths count from the scenario's folder. */
export function parseImageSource(
  node: DocumentNode,
  directory: string,
  sourceOf: (image: string) => ImageSource | undefined,
): ImageSource | undefined {
  if (!node.isMap) return registrySource(node);
  const present = kinds.filter((kind) => node.has(kind));
  const [kind] = present;
  if (kind === undefined || present.length > 1) {
    const found = kind === undefined ? 'no source' : `several sources: ${present.join(', ')}`;
    node.fail(
      'SCENARIO_CONFLICT',
      `image \`${node.key}\` has ${found}`,
      `write exactly one of ${kinds.join(', ')}`,
    );
    return undefined;
  }
  const value = node.child(kind);
  switch (kind) {
    case 'host':
      return hostSource(value, directory);
    case 'rootfs': {
      const path = readPath(value, directory);
      return path === undefined ? undefined : { kind, path };
    }
    case 'archive':
    case 'oci': {
      const path = readPath(value, directory);
      const reference = value.isMap ? value.child('reference').text() : undefined;
      return path === undefined ? undefined : { kind, path, ...optionalKey('reference', reference) };
    }
    case 'registry':
      return registrySource(value);
    case 'debian':
      return debianSource(value);
    case 'build':
      return parseBuildSource(value, directory, sourceOf);
  }
}

function hostSource(value: DocumentNode, directory: string): ImageSource | undefined {
  const list = value.isMap ? value.child('programs') : value;
  const programs = list.texts().map((text) => {
    // A name is looked up in PATH by the image room; only a path has a place.
    return text.includes('/') && !text.startsWith('/') ? join(directory, text) : text;
  });
  if (programs.length === 0) {
    list.fail('SCENARIO_MISSING_KEY', `\`host\` names no program`);
    return undefined;
  }
  const files = value.isMap ? value.child('files').texts() : [];
  return { kind: 'host', programs, files: files.map((file) => absolute(file, directory)) };
}

/** The image room judges the words; here each is a text, and goes where the room looks for it. */
function debianSource(value: DocumentNode): ImageSource | undefined {
  const suite = value.child('suite').text();
  if (suite === undefined) return undefined;
  const lists = ['packages', 'include', 'components'] as const;
  const options: Readonly<Record<string, Json | undefined>> = {
    suite,
    ...Object.fromEntries(lists.map((key) => [key, value.has(key) ? value.child(key).texts() : undefined])),
    variant: value.child('variant').text(),
    mirror: value.child('mirror').text(),
  };
  const given = Object.entries(options).filter((option): option is [string, Json] => option[1] !== undefined);
  return { kind: 'debian', options: Object.fromEntries(given) };
}

function registrySource(value: DocumentNode): ImageSource | undefined {
  const reference = value.text();
  if (reference === undefined) return undefined;
  if (isImageReference(reference)) return { kind: 'registry', reference };
  value.fail('IMAGE_REFERENCE_INVALID', `\`${reference}\` is no image reference`);
  return undefined;
}

function readPath(value: DocumentNode, directory: string): string | undefined {
  const path = (value.isMap ? value.child('path') : value).text();
  return path === undefined ? undefined : absolute(path, directory);
}

function absolute(path: string, directory: string): string {
  return path.startsWith('/') ? path : join(directory, path);
}
