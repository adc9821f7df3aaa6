import { join } from 'node:path';
import type { YamlNode } from '../yaml/yaml-node.ts';
import { textOfNode, textWith, withItems, withMember, withMembers } from './edit-nodes.ts';

/**
 * Paths of an included file count from its own folder, as in Compose: they are rewritten to count from that of the file it
 * is included in. `folder` leads from there to here. A path that begins with an expression stays as it is.
 */
export function rebasePaths(root: YamlNode, folder: string): YamlNode {
  if (folder === '') return root;
  const path: Change = (node) => {
    const text = textOfNode(node);
    return text === undefined ? node : replaceText(node, rebase(text, folder));
  };
  const within = (...keys: readonly string[]): Change => {
    return (node) => keys.reduce((changed, key) => withMember(changed, key, orMember('path', path)), node);
  };
  const service: Change = (node) =>
    change(node, {
      volumes: (list) => withItems(list, (item) => rebaseMount(item, folder)),
      env_file: (files) => withItems(files, orMember('path', path)),
      security_opt: (list) => withItems(list, (item) => rebaseSeccomp(item, folder)),
      build: orMember('context', path),
    });
  return change(root, {
    services: (services) => withMembers(services, service),
    configs: (configs) => withMembers(configs, within('file')),
    secrets: (secrets) => withMembers(secrets, within('file')),
    images: (images) =>
      withMembers(images, (image) =>
        change(within('rootfs', 'archive', 'oci')(image), {
          build: orMember('context', path),
          host: (host) => rebaseHost(host, folder),
        }),
      ),
    fragments: (fragments) =>
      withMembers(fragments, (fragment) =>
        withMember(fragment, 'steps', (steps) => withItems(steps, (step) => rebaseCopy(step, folder))),
      ),
  });
}

type Change = (node: YamlNode) => YamlNode;

function change(node: YamlNode, changes: Readonly<Record<string, Change>>): YamlNode {
  return Object.entries(changes).reduce((changed, [key, by]) => withMember(changed, key, by), node);
}

/** A text itself, or a member of a mapping. */
function orMember(key: string, by: Change): Change {
  return (node) => (node.kind === 'map' ? withMember(node, key, by) : by(node));
}

function rebase(path: string, folder: string): string {
  if (/^[/~]/.test(path) || path.startsWith('${{')) return path;
  const moved = join(folder, path);
  return moved.startsWith('..') ? moved : `./${moved}`;
}

function replaceText(node: YamlNode, text: string): YamlNode {
  return node.kind === 'scalar' && node.value !== text ? textWith(node, text) : node;
}

/** A source that looks like a path is a bind. */
function rebaseMount(item: YamlNode, folder: string): YamlNode {
  if (item.kind === 'map') {
    if (textOfNode(item.entries.get('type')?.value) !== 'bind') return item;
    return withMember(item, 'source', (source) =>
      replaceText(source, rebase(textOfNode(source) ?? '', folder)),
    );
  }
  const [, source = '', rest = ''] = /^(\.[^:]*)(:.*)$/s.exec(textOfNode(item) ?? '') ?? [];
  return source === '' ? item : replaceText(item, `${rebase(source, folder)}${rest}`);
}

function rebaseSeccomp(item: YamlNode, folder: string): YamlNode {
  const [, name = '', path = ''] = /^(seccomp[=:])(.+)$/.exec(textOfNode(item) ?? '') ?? [];
  if (name === '' || ['default', 'builtin', 'unconfined'].includes(path)) return item;
  return replaceText(item, `${name}${rebase(path, folder)}`);
}

/** A bare name is looked up in PATH. */
function rebaseHost(host: YamlNode, folder: string): YamlNode {
  const programs: Change = (list) =>
    withItems(list, (item) => {
      const text = textOfNode(item) ?? '';
      return text.includes('/') ? replaceText(item, rebase(text, folder)) : item;
    });
  return host.kind === 'map' ? withMember(host, 'programs', programs) : programs(host);
}

/** `db:/tmp/x` is a service's. */
function rebaseCopy(step: YamlNode, folder: string): YamlNode {
  return withMember(step, 'copy', (copy) =>
    ['from', 'to'].reduce(
      (changed, end) =>
        withMember(changed, end, (path) => {
          const text = textOfNode(path) ?? '';
          return /^[A-Za-z0-9][A-Za-z0-9_-]*(?:\[\d+\])?:/.test(text)
            ? path
            : replaceText(path, rebase(text, folder));
        }),
      copy,
    ),
  );
}
