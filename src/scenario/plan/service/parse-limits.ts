import type { ResourceLimits } from '../../../core/container.ts';
import type { DocumentNode } from '../document-node.ts';
import { optionalKey } from '../optional-key.ts';

/** Docker's own floor (moby, daemon/daemon_unix.go): below it the container's init does not even start. */
const minMemoryBytes = 6 * 2 ** 20;

/** `mem_limit memswap_limit cpus cpuset pids_limit` and their newer spelling, `deploy.resources.limits`. */
export function parseLimits(service: DocumentNode): ResourceLimits {
  const deployed = service.child('deploy').child('resources').child('limits');
  const memoryBytes = oneOfTwo(service.child('mem_limit'), deployed.child('memory'), (node) =>
    node.sizeBytes({ min: minMemoryBytes }),
  );
  const cpus = oneOfTwo(service.child('cpus'), deployed.child('cpus'), (node) => node.number({ min: 0.01 }));
  const pids = oneOfTwo(service.child('pids_limit'), deployed.child('pids'), (node) =>
    node.integer({ min: -1 }),
  );
  const memorySwapBytes = parseMemorySwap(service.child('memswap_limit'), memoryBytes);
  const cpuset = parseCpuset(service.child('cpuset'));
  return {
    ...optionalKey('memoryBytes', memoryBytes),
    ...optionalKey('memorySwapBytes', memorySwapBytes),
    ...optionalKey('cpus', cpus),
    ...optionalKey('cpuset', cpuset),
    // Docker and Compose: 0 and -1 mean no limit.
    ...(pids === undefined || pids <= 0 ? {} : { pids }),
  };
}

/** Both spellings may stand beside each other only if they say the same, as in Compose. */
function oneOfTwo(
  plain: DocumentNode,
  deployed: DocumentNode,
  read: (node: DocumentNode) => number | undefined,
): number | undefined {
  const own = read(plain);
  const other = read(deployed);
  if (own !== undefined && other !== undefined && own !== other) {
    const spelling = `\`deploy.resources.limits.${deployed.key}\``;
    plain.fail(
      'SCENARIO_CONFLICT',
      `\`${plain.key}\` and ${spelling} are two different limits`,
      'keep one of them',
    );
  }
  return own ?? other;
}

function parseMemorySwap(node: DocumentNode, memoryBytes: number | undefined): number | undefined {
  if (!node.present) return undefined;
  if (memoryBytes === undefined) {
    node.fail('SCENARIO_CONFLICT', '`memswap_limit` without `mem_limit`', 'say `mem_limit` too');
    return undefined;
  }
  if (String(node.value) === '-1') return undefined;
  const bytes = node.sizeBytes();
  if (bytes !== undefined && bytes < memoryBytes) {
    node.fail(
      'SCENARIO_CONFLICT',
      '`memswap_limit` is memory and swap together, and is less than `mem_limit`',
    );
  }
  return bytes;
}

function parseCpuset(node: DocumentNode): string | undefined {
  const text = node.scalarText();
  if (text === undefined || /^\d+(?:-\d+)?(?:,\d+(?:-\d+)?)*$/.test(text)) return text;
  node.fail('SCENARIO_WRONG_VALUE', `\`${text}\` is no list of processors such as 0-3,5`);
  return undefined;
}
