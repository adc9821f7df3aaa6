/** A seccomp profile as the compiler wants it: conditions on capabilities, architecture and kernel are still in it. */
export interface SeccompProfile {
  readonly defaultAction: SeccompAction;
  /** SCMP_ARCH_… names beside the machine's own. */
  readonly architectures: readonly string[];
  readonly flags: number;
  /** The first rule that fits decides. */
  readonly rules: readonly SeccompRule[];
}

export type SeccompAction =
  | { readonly kind: 'allow' | 'log' | 'trap' | 'killThread' | 'killProcess' }
  | { readonly kind: 'errno' | 'trace'; readonly value: number };

export interface SeccompRule {
  readonly names: readonly string[];
  readonly action: SeccompAction;
  /** All of them must hold. */
  readonly args: readonly ArgumentTest[];
  readonly includes: RuleCondition;
  readonly excludes: RuleCondition;
}

/** An empty list says nothing. */
export interface RuleCondition {
  /** Without `CAP_`. */
  readonly caps: readonly string[];
  /** As Go names them: `amd64`. */
  readonly arches: readonly string[];
  /** `4.8`. */
  readonly minKernel?: string;
}

export interface ArgumentTest {
  readonly index: number;
  readonly op: ComparisonOp;
  /** With `maskedEqual` the mask. */
  readonly value: bigint;
  /** With `maskedEqual` what the masked argument must be. */
  readonly valueTwo: bigint;
}

export type ComparisonOp =
  | 'equal'
  | 'notEqual'
  | 'less'
  | 'lessOrEqual'
  | 'greater'
  | 'greaterOrEqual'
  | 'maskedEqual';
