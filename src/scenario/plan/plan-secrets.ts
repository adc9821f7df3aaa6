import type { DocumentNode } from './document-node.ts';
import type { PlanOptions } from './plan-options.ts';
import { readContentFile } from './read-content-file.ts';

export interface PlannedSecrets {
  /** By name, for expressions and for masking (R7, R8); a file's final newline is not part of its secret. */
  readonly values: Readonly<Record<string, string>>;
  /** What a service that mounts one finds in its file. */
  readonly contents: Readonly<Record<string, string>>;
}

/** The document's `secrets:`, from the runner's environment, a file, or their default (R8). */
export function planSecrets(secrets: DocumentNode, options: PlanOptions): PlannedSecrets {
  const values: Record<string, string> = {};
  const contents: Record<string, string> = {};
  for (const [name, node] of secrets.entries()) {
    // What is wrong with one has been said: whoever uses it is not to blame, too.
    const content = readSecret(name, node, options) ?? '';
    contents[name] = content;
    values[name] = node.child('file').present ? content.replace(/\r?\n$/, '') : content;
  }
  return { values, contents };
}

function readSecret(name: string, node: DocumentNode, options: PlanOptions): string | undefined {
  const variable = node.child('environment').text();
  const fromEnvironment = variable === undefined ? undefined : options.env[variable];
  if (fromEnvironment !== undefined) return fromEnvironment;
  const fallback = node.child('default').scalarText();
  const file = node.child('file');
  if (file.present) return readContentFile(file, options, fallback);
  if (fallback !== undefined) return fallback;
  const hint =
    variable === undefined
      ? 'say `environment:`, `file:` or `default:`'
      : `set ${variable}, or give it a \`default:\``;
  node.fail('SCENARIO_MISSING_KEY', `secret \`${name}\` has no value`, hint);
  return undefined;
}
