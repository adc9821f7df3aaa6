import type { DocumentNode } from '../document-node.ts';

/** Below these the kernel's own file systems must stay what they are; /dev/shm is one of ours. */
const kernelTrees = ['/proc', '/sys', '/dev'] as const;

/** An absolute path a mount may cover, without a closing slash; undefined after a problem. */
export function readMountTarget(node: DocumentNode, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const target = text.replace(/\/+/g, '/').replace(/(?<=.)\/$/, '');
  if (!target.startsWith('/') || target.split('/').some((part) => part === '..' || part === '.')) {
    node.fail('SCENARIO_WRONG_VALUE', `\`${text}\` is no absolute path without \`..\``);
    return undefined;
  }
  const tree = kernelTrees.find((root) => target === root || target.startsWith(`${root}/`));
  if (target === '/' || (tree !== undefined && target !== '/dev/shm')) {
    node.fail('SCENARIO_FORBIDDEN', `nothing can be mounted on \`${target}\``);
    return undefined;
  }
  return target;
}
