import type { MountSpec } from '../../../core/container.ts';
import type { DocumentNode } from '../document-node.ts';
import { readMountTarget } from './mount-target.ts';
import { readMode } from './parse-mounts.ts';

/** `configs:` or `secrets:` of a service: small files, world-readable unless said otherwise (Compose, "secrets"). */
export function planFiles(
  grants: DocumentNode,
  contents: Readonly<Record<string, string>>,
  folder: '/' | '/run/secrets/',
): readonly MountSpec[] {
  return grants.items().flatMap((item) => {
    const name = (item.isMap ? item.child('source') : item).text();
    if (name === undefined) return [];
    const content = contents[name];
    if (content === undefined) {
      const where = folder === '/' ? 'configs' : 'secrets';
      item.fail('SCENARIO_UNDECLARED', `\`${name}\` is not declared`, `declare it under \`${where}:\``);
      return [];
    }
    const written = (item.isMap ? item.child('target').text() : undefined) ?? name;
    const target = readMountTarget(item, written.startsWith('/') ? written : `${folder}${written}`);
    if (target === undefined) return [];
    const id = (key: string): number =>
      (item.isMap ? item.child(key).integer({ min: 0, max: 65_535 }) : 0) ?? 0;
    const mode = (item.isMap ? readMode(item.child('mode')) : undefined) ?? 0o444;
    return [{ kind: 'file', target, content, mode, uid: id('uid'), gid: id('gid') }];
  });
}
