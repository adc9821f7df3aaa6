import { resolve } from 'node:path';
import { parseRegistry } from '../../core/image-reference.ts';
import { isJsonObject, type Json } from '../../core/json.ts';
import type { RegistryRule } from '../../image/registry/registry-settings.ts';
import type { LoadedDocument } from '../../scenario/load/loaded-document.ts';

/** `registries: { "registry.example.org:5000": { http: true, ca: ca.pem } }`; paths count from the file's folder. */
export function readRegistryRules(
  value: Json | undefined,
  document: LoadedDocument,
  directory: string,
): Readonly<Record<string, RegistryRule>> | undefined {
  return mapRegistries('registries', value, document, (rule, pointer) => {
    const isRule =
      isJsonObject(rule) &&
      Object.keys(rule).every((key) => ['http', 'ca'].includes(key)) &&
      (rule.http === undefined || typeof rule.http === 'boolean') &&
      (rule.ca === undefined || typeof rule.ca === 'string');
    if (!isRule) {
      fail(document, pointer, 'a registry has `http: true` for plain http, and `ca: FILE` for its authority');
      return undefined;
    }
    return {
      ...(rule.http === undefined ? {} : { isPlain: rule.http === true }),
      ...(typeof rule.ca === 'string' ? { authorityFile: resolve(directory, rule.ca) } : {}),
    };
  });
}

/** `mirrors: { docker.io: [https://mirror.example.org] }`. */
export function readMirrors(
  value: Json | undefined,
  document: LoadedDocument,
): Readonly<Record<string, readonly string[]>> | undefined {
  return mapRegistries('mirrors', value, document, (urls, pointer) => {
    if (Array.isArray(urls) && urls.every((url) => typeof url === 'string' && /^https?:\/\//.test(url)))
      return urls.filter((url) => typeof url === 'string');
    fail(document, pointer, 'the mirrors of a registry are a list of URLs, like https://mirror.example.org');
    return undefined;
  });
}

function mapRegistries<T>(
  key: string,
  value: Json | undefined,
  document: LoadedDocument,
  read: (value: Json, pointer: string) => T | undefined,
): Readonly<Record<string, T>> | undefined {
  if (value === undefined) return undefined;
  if (!isJsonObject(value)) {
    fail(document, `/${key}`, `\`${key}\` says something of each registry, by its name`);
    return undefined;
  }
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, entry]) => {
      const pointer = `/${key}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      if (!isRegistry(name)) fail(document, pointer, `\`${name}\` is no registry: write HOST or HOST:PORT`);
      const made = read(entry, pointer);
      return made === undefined ? [] : [[name, made] as const];
    }),
  );
}

/** What an image's name may begin with. */
function isRegistry(name: string): boolean {
  try {
    return parseRegistry(name) === name;
  } catch {
    return false;
  }
}

function fail(document: LoadedDocument, pointer: string, message: string): void {
  document.error('CONFIG_INVALID', message, document.valueSpan(pointer), pointer);
}
