import type { DocumentNode } from '../document-node.ts';

/** `os/architecture[/variant]` in OCI's words (Compose specification, "platform"). */
export function readPlatform(node: DocumentNode): string | undefined {
  const text = node.text();
  if (text === undefined) return undefined;
  if (/^[a-z0-9]+\/[a-z0-9_]+(?:\/[a-z0-9]+)?$/.test(text)) {
    if (text.startsWith('linux/')) return text;
    node.fail('SCENARIO_WRONG_VALUE', `\`${text}\`: only Linux containers run here`, 'write linux/amd64');
    return undefined;
  }
  node.fail(
    'SCENARIO_WRONG_VALUE',
    `\`${text}\` is no platform`,
    'write for example linux/amd64 or linux/arm64',
  );
  return undefined;
}
