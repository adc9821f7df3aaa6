import type { ImageConfig } from '../../../core/image.ts';
import type { DocumentNode } from '../document-node.ts';
import { optionalKey } from '../optional-key.ts';
import { parseAssignments, parseLabels } from '../service/parse-assignments.ts';
import { parseCommand } from '../service/parse-command.ts';
import { canonicalSignal } from '../signal-name.ts';

/** `config:` of an image. `environment` and `labels` are to be added to the image's own, the rest replaces it. */
export function parseConfigOverrides(config: DocumentNode): Partial<ImageConfig> {
  const environment = config.has('environment') ? environmentOf(config.child('environment')) : undefined;
  return {
    ...optionalKey('entrypoint', parseCommand(config.child('entrypoint'))),
    ...optionalKey('command', parseCommand(config.child('command'))),
    ...optionalKey('environment', environment),
    ...optionalKey('user', config.child('user').scalarText()),
    ...optionalKey('workingDir', config.child('working_dir').text()),
    ...optionalKey('exposedPorts', config.has('expose') ? exposedPorts(config.child('expose')) : undefined),
    ...optionalKey('volumes', config.has('volumes') ? config.child('volumes').texts() : undefined),
    ...optionalKey('stopSignal', stopSignal(config.child('stop_signal'))),
    ...optionalKey('shell', config.has('shell') ? config.child('shell').texts() : undefined),
    ...optionalKey('labels', config.has('labels') ? parseLabels(config.child('labels')) : undefined),
  };
}

function environmentOf(node: DocumentNode): readonly string[] {
  return Object.entries(parseAssignments(node)).map(([name, value]) => `${name}=${value ?? ''}`);
}

function exposedPorts(node: DocumentNode): readonly string[] {
  return node.texts().map((port) => (port.includes('/') ? port : `${port}/tcp`));
}

function stopSignal(node: DocumentNode): string | undefined {
  const text = node.scalarText();
  if (text === undefined) return undefined;
  const signal = canonicalSignal(text);
  if (signal === '') node.fail('SCENARIO_WRONG_VALUE', `\`${text}\` is no signal`);
  return signal;
}
