import type { DocumentNode } from './document-node.ts';
import type { PlanOptions } from './plan-options.ts';
import { readContentFile } from './read-content-file.ts';

/** Names to contents of the document's `configs:`: `content`, `file` or `environment`, exactly one of them. */
export function planConfigs(configs: DocumentNode, options: PlanOptions): Readonly<Record<string, string>> {
  const contents: Record<string, string> = {};
  for (const [name, node] of configs.entries()) {
    const sources = ['content', 'file', 'environment'].filter((source) => node.has(source));
    if (sources.length !== 1) {
      node.fail(
        'SCENARIO_CONFLICT',
        `config \`${name}\` needs exactly one of \`content\`, \`file\`, \`environment\``,
      );
    }
    // What is wrong with one has been said: whoever mounts it is not to blame, too.
    contents[name] = (sources.length === 1 ? readConfig(node, options) : undefined) ?? '';
  }
  return contents;
}

function readConfig(node: DocumentNode, options: PlanOptions): string | undefined {
  if (node.has('content')) return node.child('content').scalarText();
  if (node.has('file')) return readContentFile(node.child('file'), options);
  const variable = node.child('environment').text();
  const value = variable === undefined ? undefined : options.env[variable];
  if (variable !== undefined && value === undefined) {
    node.child('environment').fail('SCENARIO_MISSING_KEY', `the environment has no variable \`${variable}\``);
  }
  return value;
}
