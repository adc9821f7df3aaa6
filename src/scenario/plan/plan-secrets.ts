import type { DocumentNode } from './document-node.ts';
import type { PlanOptions } from './plan-options.ts';
import { readContentFile } from './read-content-file.ts';

/** Names to values of the document's `secrets:`, from the runner's environment, a file, or their default (R8). */
export function planSecrets(secrets: DocumentNode, options: PlanOptions): Readonly<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const [name, node] of secrets.entries()) {
    const value = readSecret(name, node, options);
    if (value !== undefined) values[name] = value;
  }
  return values;
}

function readSecret(name: string, node: DocumentNode, options: PlanOptions): string | undefined {
  const variable = node.child('environment').text();
  const fromEnvironment = variable === undefined ? undefined : options.env[variable];
  if (fromEnvironment !== undefined) return fromEnvironment;
  const fallback = node.child('default').scalarText();
  if (node.child('file').present) return readContentFile(node.child('file'), options) ?? fallback;
  if (fallback !== undefined) return fallback;
  const hint =
    variable === undefined
      ? 'say `environment:` or `default:`'
      : `set ${variable}, or give it a \`default:\``;
  node.fail('SCENARIO_MISSING_KEY', `secret \`${name}\` has no value`, hint);
  return undefined;
}
