import { didYouMean } from '../../../core/did-you-mean.ts';
import type { YamlMap, YamlNode } from '../yaml/yaml-node.ts';
import { mapWith, memberOfNode, textOfNode, withMember } from './edit-nodes.ts';
import { openLinked } from './include-files.ts';
import type { FilePart, Linking } from './linking.ts';
import { mergeService } from './merge-service.ts';

/** Every service with what it extends under its own words (Compose specification, "extends"). */
export function extendServices(main: FilePart, linking: Linking): YamlNode {
  const known = new Map<YamlNode, YamlNode>();
  return withMember(main.root, 'services', (services) =>
    services.kind === 'map'
      ? mapWith(
          services,
          new Map(
            [...services.entries].map(([name, entry]) => [
              name,
              { ...entry, value: extendService(name, entry.value, { main, linking, known, chain: [] }) },
            ]),
          ),
        )
      : services,
  );
}

interface Extending {
  readonly main: FilePart;
  readonly linking: Linking;
  readonly known: Map<YamlNode, YamlNode>;
  /** The services that led here. */
  readonly chain: readonly { readonly name: string; readonly node: YamlNode }[];
}

function extendService(name: string, node: YamlNode, extending: Extending): YamlNode {
  const before = extending.known.get(node);
  if (before !== undefined) return before;
  const written = memberOfNode(node, 'extends');
  const extended = written === undefined ? node : extendBy(name, node, written, extending);
  extending.known.set(node, extended);
  return extended;
}

function extendBy(name: string, node: YamlNode, written: YamlNode, extending: Extending): YamlNode {
  const { linking, main, chain } = extending;
  const target = readTarget(written);
  // What is no name is for the schema to judge.
  if (node.kind !== 'map' || target === undefined) return node;
  const own = linking.owners.get(node) ?? main;
  const from =
    target.file === undefined ? own : openLinked(target.file.path, target.file.at, own, linking, 'extends');
  // The key stays: what is missing now would have come from there.
  if (from === undefined) return node;
  const services = memberOfNode(from.root, 'services');
  const base = memberOfNode(services, target.service);
  if (base === undefined) {
    const names = services?.kind === 'map' ? [...services.entries.keys()] : [];
    const near = didYouMean(target.service, names);
    const hint =
      near === undefined
        ? `there ${names.length === 0 ? 'are none' : `are ${names.join(', ')}`}`
        : `did you mean \`${near}\`?`;
    const where = target.file === undefined ? '' : ` in ${target.file.path}`;
    linking.report(
      'SCENARIO_UNDECLARED',
      `there is no service \`${target.service}\`${where}`,
      target.at,
      hint,
    );
    return node;
  }
  const links = [...chain, { name, node }];
  if (links.some((link) => link.node === base)) {
    const names = [...links.slice(links.findIndex((link) => link.node === base)), { name: target.service }];
    const message = `services extend each other in a circle: ${names.map((link) => link.name).join(' -> ')}`;
    linking.report('SCENARIO_CYCLE', message, target.at, 'remove one of the `extends`');
    return node;
  }
  const extendedBase = extendService(target.service, base, { ...extending, chain: links });
  if (extendedBase.kind !== 'map') return node;
  // Where the base could not be extended it still says by what, and so does what is made of it.
  return mergeService(extendedBase, withoutExtends(node));
}

interface Target {
  readonly service: string;
  readonly file?: { readonly path: string; readonly at: YamlNode };
  readonly at: YamlNode;
}

/** `base`, or `{ service: base, file: ./common.yaml }`. */
function readTarget(written: YamlNode): Target | undefined {
  const text = textOfNode(written);
  if (text !== undefined) return { service: text, at: written };
  const at = memberOfNode(written, 'service');
  const service = textOfNode(at);
  const file = memberOfNode(written, 'file');
  if (at === undefined || service === undefined) return undefined;
  if (file === undefined) return { service, at };
  const path = textOfNode(file);
  return path === undefined ? undefined : { service, file: { path, at: file }, at };
}

function withoutExtends(node: YamlMap): YamlMap {
  return mapWith(node, new Map([...node.entries].filter(([key]) => key !== 'extends')));
}
