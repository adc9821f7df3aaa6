import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { isJsonObject, type Json } from '../../core/json.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import { showPath } from '../scenarios/show-path.ts';
import { readMapping } from './read-mapping.ts';

/** Values of `vars.*` from outside: `--var` over `--vars-file`. A value of `--var` is a text. */
export function readVars(
  assignments: readonly string[],
  files: readonly string[],
  workingDirectory: string,
): Readonly<Record<string, Json>> {
  const fromFiles = files.map((file) => readVarsFile(resolve(workingDirectory, file), workingDirectory));
  return Object.assign({}, ...fromFiles, Object.fromEntries(assignments.map(parseAssignment)));
}

function parseAssignment(text: string): readonly [string, string] {
  const match = /^([A-Za-z_][\w-]*)=(.*)$/s.exec(text);
  if (match !== null) return [match[1] ?? '', match[2] ?? ''];
  throw new MayflyError('CLI_USAGE', `\`--var ${text}\` is no assignment`, {
    hint: 'write `--var name=value`',
  });
}

function readVarsFile(path: string, workingDirectory: string): Readonly<Record<string, Json>> {
  const file = showPath(path, workingDirectory);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    const why = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw new MayflyError('CLI_USAGE', `cannot read the file of \`--vars-file ${file}\`: ${why}`, {
      cause,
      hint: 'check the path',
    });
  }
  const values = readMapping(file, text, 'CLI_USAGE', ({ json }) => json);
  return isJsonObject(values) ? values : {};
}
