import type { ContainerTemplate } from '../../../core/plan.ts';
import type { DocumentNode } from '../document-node.ts';
import type { PlanOptions } from '../plan-options.ts';
import { allCapabilities, parseCapabilities } from './parse-capabilities.ts';
import { parseRlimits } from './parse-rlimits.ts';
import { parseSecurityOpt } from './parse-security-opt.ts';

export type Confinement = Pick<ContainerTemplate, 'process' | 'maskedPaths' | 'readonlyPaths'>;

/** The rights of a service's process, and what of the kernel's file systems is kept from it. */
export function planConfinement(
  service: DocumentNode,
  defaults: ContainerTemplate,
  options: PlanOptions,
): Confinement {
  const security = parseSecurityOpt(service.child('security_opt'), options);
  const privileged = isPrivileged(service.child('privileged'), options);
  const unmasked = privileged || security.systemPathsUnconfined;
  return {
    process: {
      groupAdd: service.child('group_add').texts(),
      tty: service.child('tty').boolean() ?? false,
      stdin: service.child('stdin_open').boolean() ?? false,
      capabilities: privileged
        ? allCapabilities
        : parseCapabilities(service.child('cap_add'), service.child('cap_drop')),
      noNewPrivileges: privileged ? false : security.noNewPrivileges,
      seccomp: privileged ? { kind: 'unconfined' } : security.seccomp,
      rlimits: parseRlimits(service.child('ulimits'), defaults.process.rlimits),
      oomScoreAdj: service.child('oom_score_adj').integer({ min: -1000, max: 1000 }) ?? 0,
    },
    maskedPaths: unmasked ? [] : defaults.maskedPaths,
    readonlyPaths: unmasked ? [] : defaults.readonlyPaths,
  };
}

function isPrivileged(node: DocumentNode, options: PlanOptions): boolean {
  if (node.boolean() !== true) return false;
  if (options.allow.privileged) return true;
  const hint =
    'name the rights it needs with `cap_add`, or run with --allow-privileged if you trust the file';
  node.fail('SCENARIO_FORBIDDEN', '`privileged` is not allowed', hint);
  return false;
}
