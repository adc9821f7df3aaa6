import type { DocumentNode } from '../document-node.ts';
import type { PlanOptions } from '../plan-options.ts';
import { readTextFile } from '../read-text-file.ts';
import { readBindSource } from './check-bind.ts';
import { parseAssignments } from './parse-assignments.ts';
import { parseEnvFile, parseRawEnvFile } from './parse-env-file.ts';

/**
 * `env_file:` in order, `environment:` over it. As in Compose a name without a value takes that of the runner, and
 * where the runner has none the image's own variable is removed.
 */
export function planEnvironment(
  service: DocumentNode,
  options: PlanOptions,
): Readonly<Record<string, string | null>> {
  const files = readEnvFiles(service, options);
  const environment = service.child('environment');
  const merged: Record<string, string | null> = Object.assign({}, ...files, parseAssignments(environment));
  const entries = Object.entries(merged).map(([name, value]) => {
    if (name === '' || /[\0=]/.test(name) || value?.includes('\0') === true) {
      environment.fail('SCENARIO_WRONG_VALUE', `\`${name}\` cannot be an environment variable`);
    }
    return [name, value ?? options.env[name] ?? null] as const;
  });
  return Object.fromEntries(entries);
}

/** What each file of `env_file:` says; what is wrong with one is noted at its place. */
export function readEnvFiles(
  service: DocumentNode,
  options: PlanOptions,
): readonly Readonly<Record<string, string | null>>[] {
  return service
    .child('env_file')
    .itemsOrSelf()
    .map((file) => readEnvFile(file, options));
}

function readEnvFile(file: DocumentNode, options: PlanOptions): Readonly<Record<string, string | null>> {
  const path = (file.isMap ? file.child('path') : file).text();
  if (path === undefined) return {};
  const required = file.isMap ? (file.child('required').boolean() ?? true) : true;
  const absolute = readBindSource(file, path, options, true);
  if (absolute === undefined) return {};
  if (!options.fileExists(absolute)) {
    if (required) file.fail('SCENARIO_WRONG_VALUE', `there is no file \`${path}\``, `looked at ${absolute}`);
    return {};
  }
  const format = file.isMap ? file.child('format').oneOf(['raw']) : undefined;
  const text = readTextFile(file, absolute, options);
  if (text === undefined) return {};
  const parsed = format === 'raw' ? parseRawEnvFile(text) : parseEnvFile(text, (name) => options.env[name]);
  if (parsed.kind === 'variables') return parsed.variables;
  file.fail('SCENARIO_WRONG_VALUE', `line ${parsed.line} of \`${path}\` cannot be used: ${parsed.why}`);
  return {};
}
