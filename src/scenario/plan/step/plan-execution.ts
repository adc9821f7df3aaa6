import type { Step } from '../../../core/scenario.ts';
import type { DocumentNode } from '../document-node.ts';
import { optionalKey } from '../optional-key.ts';
import type { PlanOptions } from '../plan-options.ts';
import { parseAssignments } from '../service/parse-assignments.ts';
import { splitShellWords } from '../service/shell-words.ts';

type Execution = Pick<Step, 'user' | 'workdir' | 'environment' | 'shell' | 'stdin' | 'tty'>;

/** As whom, where and with what a step's command runs. */
export function planExecution(node: DocumentNode, options: PlanOptions): Execution {
  const environment = node.child('environment');
  return {
    ...optionalKey('user', node.child('user').scalarText()),
    ...optionalKey('workdir', node.child('workdir').text()),
    ...optionalKey('environment', environment.present ? environmentOf(environment, options) : undefined),
    ...optionalKey('shell', parseShell(node.child('shell'))),
    ...optionalKey('stdin', node.child('stdin').text()),
    tty: node.child('tty').boolean() ?? false,
  };
}

/** A name without a value takes that of the runner, as in a service. */
function environmentOf(node: DocumentNode, options: PlanOptions): Readonly<Record<string, string>> {
  const entries = Object.entries(parseAssignments(node));
  return Object.fromEntries(
    entries.flatMap(([name, value]) => {
      const known = value ?? options.env[name];
      return known === undefined ? [] : [[name, known]];
    }),
  );
}

/** `bash` means `bash -e -c`, like the image's own shell (language.md R17); more words are taken as they are. */
function parseShell(node: DocumentNode): readonly string[] | undefined {
  if (!node.present) return undefined;
  if (node.isList) return node.texts();
  const split = splitShellWords(node.text() ?? '');
  if (split.kind !== 'words') {
    node.fail('SCENARIO_WRONG_VALUE', '`shell` must be plain words', 'write for example [/bin/bash, -e, -c]');
    return undefined;
  }
  return split.words.length === 1 ? [...split.words, '-e', '-c'] : split.words;
}
