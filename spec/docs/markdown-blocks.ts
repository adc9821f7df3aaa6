import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** A fenced block of YAML in a page. */
export interface YamlBlock {
  /** `docs/language.md:12`: where it begins. */
  readonly where: string;
  /**
   * What stands after `yaml`. `runnable`: a scenario that passes when it is run. `scenario`: one that is valid.
   * `fragment`: keys of a scenario, of which the rest is left out. Nothing: other YAML, or a scenario if it has `steps`.
   */
  readonly marker: string;
  readonly text: string;
}

/** The pages whose YAML is checked. */
const pages: readonly string[] = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => `docs/${name}`),
];

function readPage(page: string): string {
  return readFileSync(join(root, page), 'utf8');
}

export function yamlBlocksOf(page: string, text: string): readonly YamlBlock[] {
  const fences = text.matchAll(/^([ ]*)(```+|~~~+)ya?ml\b[ ]*([^\n]*)\n([\s\S]*?)^\1\2[ ]*$/gm);
  return [...fences].map((fence) => {
    const [, indent = '', , marker = '', body = ''] = fence;
    const line = text.slice(0, fence.index).split('\n').length;
    const outdented = indent === '' ? body : body.replace(new RegExp(`^${indent}`, 'gm'), '');
    return { where: `${page}:${line}`, marker: marker.trim(), text: outdented };
  });
}

export const yamlBlocks: readonly YamlBlock[] = pages.flatMap((page) => yamlBlocksOf(page, readPage(page)));
