import { normalize } from 'node:path';
import type { DocumentNode } from '../document-node.ts';
import type { PlanAllowance } from '../plan-options.ts';
import { isInside } from './check-bind.ts';

/** `devices:` of this machine, each of which the command line must allow; they keep their path. */
export function parseDevices(node: DocumentNode, allow: PlanAllowance): readonly string[] {
  return node.items().flatMap((item) => {
    const text = item.text();
    if (text === undefined) return [];
    const [source = '', target = source] = text.split(':');
    const path = normalize(source);
    if (!path.startsWith('/dev/') || path === '/dev/') {
      item.fail('SCENARIO_WRONG_VALUE', `\`${source}\` is no device below /dev`);
      return [];
    }
    if (normalize(target) !== path && !/^[rwm]{1,3}$/.test(target)) {
      item.fail(
        'LANGUAGE_NOT_AVAILABLE_YET',
        'a device under another name than its own is not available yet',
      );
      return [];
    }
    if (!allow.hostPaths.some((root) => isInside(path, root))) {
      const hint = `allow it with --allow-host-binds, if you trust the file`;
      item.fail('SCENARIO_FORBIDDEN', `\`${path}\` is a device of this machine`, hint);
      return [];
    }
    return [path];
  });
}
