import { isJsonObject, type Json, type JsonObject } from '../../../core/json.ts';
import { MayflyError } from '../../../core/mayfly-error.ts';
import type {
  ArgumentTest,
  ComparisonOp,
  RuleCondition,
  SeccompAction,
  SeccompProfile,
  SeccompRule,
} from './profile.ts';

const EPERM = 1;
const highestErrno = 4095;
const mostRules = 10_000;
const lastArgument = 5;
const u64 = 0xffff_ffff_ffff_ffffn;

const plainActions = {
  SCMP_ACT_ALLOW: 'allow',
  SCMP_ACT_LOG: 'log',
  SCMP_ACT_TRAP: 'trap',
  SCMP_ACT_KILL: 'killThread',
  SCMP_ACT_KILL_THREAD: 'killThread',
  SCMP_ACT_KILL_PROCESS: 'killProcess',
} as const;

const operators: Readonly<Record<string, ComparisonOp>> = {
  SCMP_CMP_NE: 'notEqual',
  SCMP_CMP_LT: 'less',
  SCMP_CMP_LE: 'lessOrEqual',
  SCMP_CMP_EQ: 'equal',
  SCMP_CMP_GE: 'greaterOrEqual',
  SCMP_CMP_GT: 'greater',
  SCMP_CMP_MASKED_EQ: 'maskedEqual',
};

/** linux/seccomp.h. */
const filterFlags: Readonly<Record<string, number>> = {
  SECCOMP_FILTER_FLAG_TSYNC: 1,
  SECCOMP_FILTER_FLAG_LOG: 2,
  SECCOMP_FILTER_FLAG_SPEC_ALLOW: 4,
};

/**
 * An OCI seccomp profile (runtime-spec config-linux.md, "Seccomp"), also in Docker's form with `archMap`, `includes` and
 * `excludes`. `nativeArch` chooses the entry of `archMap`. Names of unknown system calls are kept: other machines have them.
 */
export function parseProfile(json: JsonObject, nativeArch: string): SeccompProfile {
  const syscalls = listAt(json, 'syscalls');
  if (syscalls.length > mostRules) fail(`has ${syscalls.length} rules; at most ${mostRules} are allowed`);
  return {
    defaultAction: parseAction(json.defaultAction, json.defaultErrnoRet),
    architectures: [...textsAt(json, 'architectures'), ...subArchitectures(json, nativeArch)],
    flags: textsAt(json, 'flags').reduce(
      (all, flag) => all | (filterFlags[flag] ?? fail(`has the unknown flag ${flag}`)),
      0,
    ),
    rules: syscalls.map((rule) =>
      isJsonObject(rule) ? parseRule(rule) : fail('has a rule that is no object'),
    ),
  };
}

function subArchitectures(json: JsonObject, nativeArch: string): readonly string[] {
  return listAt(json, 'archMap').flatMap((entry) => {
    if (!isJsonObject(entry)) return fail('has an entry of archMap that is no object');
    return entry.architecture === nativeArch ? textsAt(entry, 'subArchitectures') : [];
  });
}

function parseRule(json: JsonObject): SeccompRule {
  const names = typeof json.name === 'string' ? [json.name] : textsAt(json, 'names');
  if (names.length === 0) fail('has a rule without names');
  return {
    names,
    action: parseAction(json.action, json.errnoRet),
    args: listAt(json, 'args').map((test) =>
      isJsonObject(test) ? parseTest(test) : fail('has an argument test that is no object'),
    ),
    includes: parseCondition(json.includes),
    excludes: parseCondition(json.excludes),
  };
}

function parseAction(action: Json | undefined, errno: Json | undefined): SeccompAction {
  const value = errno ?? EPERM;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > highestErrno) {
    return fail(`has the impossible errno ${JSON.stringify(errno)}`);
  }
  if (action === 'SCMP_ACT_ERRNO') return { kind: 'errno', value };
  if (action === 'SCMP_ACT_TRACE') return { kind: 'trace', value };
  const kind = Object.entries(plainActions).find(([name]) => name === action)?.[1];
  return kind === undefined
    ? fail(`has the action ${JSON.stringify(action)}, which Mayfly does not do`)
    : { kind };
}

function parseTest(json: JsonObject): ArgumentTest {
  const { index, op } = json;
  if (typeof index !== 'number' || !Number.isInteger(index) || index < 0 || index > lastArgument) {
    return fail(`tests argument ${JSON.stringify(index)}; there are 0 to ${lastArgument}`);
  }
  const comparison = typeof op === 'string' ? operators[op] : undefined;
  if (comparison === undefined) return fail(`has the unknown operator ${JSON.stringify(op)}`);
  return { index, op: comparison, value: parseValue(json.value), valueTwo: parseValue(json.valueTwo ?? 0) };
}

/** JSON readers round what is above 2^53; all that is commonly written there is 2^64 - 1, which becomes 2^64. */
function parseValue(value: Json | undefined): bigint {
  if (value === 2 ** 64) return u64;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return BigInt(value);
  return fail(`compares an argument with ${JSON.stringify(value)}, which is no exact unsigned number`);
}

function parseCondition(json: Json | undefined): RuleCondition {
  if (json === undefined || json === null) return { caps: [], arches: [] };
  if (!isJsonObject(json)) return fail('has includes or excludes that are no object');
  const { minKernel } = json;
  return {
    caps: textsAt(json, 'caps').map((name) => name.replace(/^CAP_/, '')),
    arches: textsAt(json, 'arches'),
    ...(typeof minKernel === 'string' ? { minKernel } : {}),
  };
}

function listAt(json: JsonObject, key: string): readonly Json[] {
  const value = json[key] ?? [];
  return Array.isArray(value) ? value : fail(`has a ${key} that is no list`);
}

function textsAt(json: JsonObject, key: string): readonly string[] {
  return listAt(json, key).map((item) =>
    typeof item === 'string' ? item : fail(`has a ${key} with something else than text`),
  );
}

function fail(what: string): never {
  throw new MayflyError('SCENARIO_WRONG_VALUE', `the seccomp profile ${what}`, {
    hint: 'see the OCI runtime specification, config-linux.md, "Seccomp"',
  });
}
