import { isJsonObject, type Json } from '../../core/json.ts';
import type { Fact, MatchResult } from '../../core/matcher.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import { compileJsonPath, type JsonPath } from './json-path.ts';
import { allOf, below, describe, mismatch } from './match-result.ts';
import type {
  CompiledMatcher,
  Matcher,
  MatcherProblem,
  OperandCompiler,
  OperandValidator,
} from './matcher.ts';
import { assertsNothing, invalid, pointerStep } from './operand-problem.ts';
import type { ParsedDocument } from './parse-document.ts';

/** A matcher of a part of a document: `{ path, …matchers }`; without a path, of the whole. */
export function documentMatcher(
  name: string,
  openParser: () => Promise<(fact: Fact) => ParsedDocument>,
): Matcher {
  return {
    name,
    example: `${name}: { path: $.id, equals: 7 }`,
    validate: (operand, validator) =>
      Array.isArray(operand)
        ? validateList(name, operand, validator)
        : validateDocument(name, operand, validator),
    compile: async (operand, compiler) => {
      const parse = await openParser();
      const parts: readonly Json[] = Array.isArray(operand) ? operand : [operand];
      const judges = await Promise.all(
        parts.map((part) => {
          const { path, inner } = splitOperand(part);
          return compileDocument(name, path, inner, parse, compiler);
        }),
      );
      const [only] = judges;
      if (only !== undefined && judges.length === 1) return only;
      const description = judges.map((judge) => judge.description).join(' and ');
      return describe(description, (fact) => allOf(judges.map((judge) => judge(fact))));
    },
  };
}

async function compileDocument(
  name: string,
  path: string,
  inner: Json,
  parse: (fact: Fact) => ParsedDocument,
  { context, compileNested }: OperandCompiler,
): Promise<CompiledMatcher> {
  const jsonPath = path === '$' ? wholeDocument : await compileJsonPath(path);
  const subject = `${path} of ${context.subject}`;
  const nodes = jsonPath.singular ? {} : { nodes: true };
  const kept = context.snapshots === undefined ? {} : { snapshots: context.snapshots };
  const judge = await compileNested(inner, { subject, strict: true, ...nodes, ...kept });
  const description = `${name} whose ${path} is ${judge.description}`;
  return describe(description, (fact) => {
    const parsed = parse(fact);
    if (parsed.kind === 'unreadable') return mismatch(fact, parsed.why, description);
    return judgeSelected(parsed.value, path, jsonPath, judge, description);
  });
}

function judgeSelected(
  document: Json,
  path: string,
  jsonPath: JsonPath,
  judge: CompiledMatcher,
  description: string,
): MatchResult {
  try {
    const selected = jsonPath.select(document);
    return below(path, judge(jsonPath.singular ? selected[0] : selected));
  } catch (error) {
    if (error instanceof MayflyError) return mismatch(document, error.message, description);
    throw error;
  }
}

const wholeDocument: JsonPath = { singular: true, select: (document) => [document] };

function splitOperand(operand: Json): { readonly path: string; readonly inner: Json } {
  if (!isJsonObject(operand)) return { path: '$', inner: operand };
  const { path, ...inner } = operand;
  return { path: typeof path === 'string' ? path : '$', inner };
}

/** Several parts, each of which must match. */
async function validateList(
  name: string,
  parts: readonly Json[],
  validator: OperandValidator,
): Promise<readonly MatcherProblem[]> {
  if (parts.length === 0) return [assertsNothing('', `\`${name}\` has an empty list`)];
  const found = await Promise.all(
    parts.map(async (part, index) => {
      const step = pointerStep(index);
      const within: OperandValidator = {
        ...validator,
        validateNested: (matcher, pointer) => validator.validateNested(matcher, step + pointer),
      };
      const problems = await validateDocument(name, part, within);
      // What is nested has its place already.
      return problems.map((problem) =>
        problem.pointer.startsWith(`${step}/`) ? problem : { ...problem, pointer: step + problem.pointer },
      );
    }),
  );
  return found.flat();
}

async function validateDocument(
  name: string,
  operand: Json,
  validator: OperandValidator,
): Promise<readonly MatcherProblem[]> {
  if (!isJsonObject(operand)) {
    return [
      invalid(
        '',
        `\`${name}\` takes a mapping of a path and matchers`,
        `write ${name}: { path: $.id, equals: 7 }`,
      ),
    ];
  }
  const { path, ...inner } = operand;
  const pathProblems = await validatePath(path, validator);
  if (Object.keys(inner).length > 0) return [...pathProblems, ...(await validator.validateNested(inner, ''))];
  const hint =
    path === undefined ? 'add a path and matchers' : 'add what should hold there, for example exists: true';
  return [...pathProblems, assertsNothing('', `\`${name}\` says nothing of what it selects`, hint)];
}

async function validatePath(
  path: Json | undefined,
  { isTemplate }: OperandValidator,
): Promise<readonly MatcherProblem[]> {
  if (path === undefined || isTemplate(path)) return [];
  if (typeof path !== 'string') return [invalid('/path', '`path` takes a JSONPath', 'write path: $.id')];
  try {
    await compileJsonPath(path);
    return [];
  } catch (error) {
    if (!(error instanceof MayflyError)) throw error;
    return [{ code: error.code, pointer: '/path', message: error.message, hint: error.hint }];
  }
}
