import type { DocumentNode } from '../document-node.ts';
import { splitShellWords } from './shell-words.ts';

/** `command:` and `entrypoint:`: a list taken literally, or a text split into words. Undefined when absent. */
export function parseCommand(node: DocumentNode): readonly string[] | undefined {
  if (!node.present) return undefined;
  if (node.isList) return node.texts();
  const text = node.text();
  if (text === undefined) return undefined;
  const split = splitShellWords(text);
  switch (split.kind) {
    case 'words':
      return split.words;
    case 'unterminated':
      node.fail(
        'SCENARIO_WRONG_VALUE',
        `a ${split.quote} without its end in \`${node.key}\``,
        'write a list of arguments',
      );
      return undefined;
    case 'operator': {
      const hint = `no shell runs this text: write [sh, -c, '…'] if one should`;
      node.fail('SCENARIO_WRONG_VALUE', `\`${split.operator}\` has no meaning in \`${node.key}\``, hint);
      return undefined;
    }
  }
}
