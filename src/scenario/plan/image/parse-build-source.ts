import { join } from 'node:path';
import type { ImageSource } from '../../../core/image.ts';
import type { Json, JsonObject } from '../../../core/json.ts';
import type { DocumentNode } from '../document-node.ts';
import { parseAssignments, parseLabels } from '../service/parse-assignments.ts';

/** `build:` of an image or of a service, in Compose's words; the image room reads the Dockerfile. Paths become absolute. */
export function parseBuildSource(
  node: DocumentNode,
  directory: string,
  sourceOf: (image: string) => ImageSource | undefined,
): ImageSource | undefined {
  if (!node.isMap) {
    const context = node.text();
    return context === undefined
      ? undefined
      : { kind: 'build', options: { context: absolute(context, directory) } };
  }
  if (node.has('dockerfile') && node.has('dockerfile_inline')) {
    node.fail(
      'SCENARIO_CONFLICT',
      '`dockerfile` and `dockerfile_inline` are both given',
      'keep one of the two',
    );
    return undefined;
  }
  const options: Readonly<Record<string, Json | undefined>> = {
    context: absolute(node.child('context').text() ?? '.', directory),
    dockerfile: node.child('dockerfile').text(),
    dockerfile_inline: node.child('dockerfile_inline').text(),
    args: node.has('args') ? parseArguments(node.child('args')) : undefined,
    target: node.child('target').text(),
    labels: node.has('labels') ? parseLabels(node.child('labels')) : undefined,
    network: node.child('network').oneOf(['none', 'default']),
    no_cache: node.child('no_cache').boolean(),
    additional_contexts: node.has('additional_contexts')
      ? parseContexts(node.child('additional_contexts'), directory, sourceOf)
      : undefined,
  };
  const given = Object.entries(options).filter((option): option is [string, Json] => option[1] !== undefined);
  return { kind: 'build', options: Object.fromEntries(given) };
}

function parseArguments(node: DocumentNode): Readonly<Record<string, string>> {
  const given = Object.entries(parseAssignments(node));
  const missing = given.find(([, value]) => value === null);
  if (missing !== undefined)
    node.fail(
      'SCENARIO_WRONG_VALUE',
      `the build argument \`${missing[0]}\` has no value`,
      'write one, or `${{ env.NAME }}`',
    );
  return Object.fromEntries(given.map(([name, value]) => [name, value ?? '']));
}

/** `image:NAME` is an image of the scenario, whose own source then stands in its place. */
function parseContexts(
  node: DocumentNode,
  directory: string,
  sourceOf: (image: string) => ImageSource | undefined,
): JsonObject {
  return Object.fromEntries(
    Object.entries(parseLabels(node)).map(([name, written]): [string, Json] => {
      const image = /^image:(.+)$/.exec(written)?.[1];
      if (image === undefined)
        return [name, /^[a-z-]+:\/\//.test(written) ? written : absolute(written, directory)];
      const source = sourceOf(image);
      if (source === undefined) {
        const hint = 'declare it under `images:`; one that is built cannot be built on by another here';
        node.fail('SCENARIO_UNDECLARED', `image \`${image}\` is not declared, or cannot be built on`, hint);
      }
      return [name, { ...source }];
    }),
  );
}

function absolute(path: string, directory: string): string {
  return path.startsWith('/') ? path : join(directory, path);
}
