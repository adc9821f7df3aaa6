import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { Scenario } from '../../core/scenario.ts';
import { validate } from '../generated/validate-scenario.js';
import type { BrokenScenario } from './broken-scenario.ts';
import { checkCases } from './check/check-cases.ts';
import { checkCounts, checkHasSteps, hasSteps } from './check/check-counts.ts';
import { checkCycles } from './check/check-cycles.ts';
import { checkExpressions } from './check/check-expressions.ts';
import { type Allowed, checkForbidden } from './check/check-forbidden.ts';
import { checkInvariants } from './check/check-invariants.ts';
import { checkNames, checkUnused } from './check/check-names.ts';
import { checkPolicies } from './check/check-policies.ts';
import { checkServices } from './check/check-services.ts';
import { checkSteps } from './check/check-steps.ts';
import { checkUse } from './check/check-use.ts';
import { nameUsesIn } from './check/name-uses.ts';
import { Findings } from './findings.ts';
import { itemsOf, memberOf, textOf } from './json-access.ts';
import { isAtOrBelow } from './json-pointer.ts';
import { defaultLimits, type LoadLimits } from './limits.ts';
import { JoinedSources } from './link/joined-sources.ts';
import { linkDocument } from './link/link-document.ts';
import { LinkedFiles } from './link/linked-files.ts';
import type { Links } from './link/links.ts';
import { LoadedDocument } from './loaded-document.ts';
import { reportSchemaErrors } from './report/report-schema-errors.ts';
import { reportNotYet } from './report-not-yet.ts';
import { SourceText, type Span } from './source-text.ts';
import { stepsOf } from './steps-of.ts';
import { parseDocuments } from './yaml/parse-documents.ts';

export interface LoadOptions {
  /** `validate`: nothing will run, so what only running lacks is accepted (registry references). */
  readonly purpose?: 'run' | 'validate';
  /** By its tags, whether a scenario will run when the purpose is that; all of them if absent. */
  readonly isWanted?: (tags: readonly string[]) => boolean;
  readonly allow?: Allowed;
  /** Names of variables that are given from outside (`--var`, `--vars-file`) and need no declaration. */
  readonly vars?: readonly string[];
  readonly limits?: Partial<LoadLimits>;
  /** How the files of `include` and `extends` are reached; without it they are errors. */
  readonly links?: Links;
}

export interface LoadResult {
  /** The documents without errors. */
  readonly scenarios: readonly Scenario[];
  /** The others, as far as they could be read. */
  readonly broken: readonly BrokenScenario[];
  /** All errors of the file, in its order (R2). */
  readonly errors: readonly MayflyError[];
  /** All warnings of the file; those of a scenario are also in it. */
  readonly warnings: readonly MayflyError[];
  /** Absolute paths of the files it names under `include` and `extends`. */
  readonly links: readonly string[];
  /** No document has steps: it can only be part of another. */
  readonly isPart: boolean;
}

/** The scenarios of a file's text. Pure; what is wrong is returned, never thrown. */
export function loadScenarios(file: string, text: string, options: LoadOptions = {}): LoadResult {
  const source = new SourceText(file, text);
  const sources = new JoinedSources(source);
  const findings = new Findings(sources);
  const limits = { ...defaultLimits, ...options.limits };
  const bytes = Buffer.byteLength(text);
  if (bytes > limits.fileBytes) {
    findings.error(
      'SCENARIO_LIMIT',
      `the file has ${bytes} bytes; the limit \`fileBytes\` is ${limits.fileBytes}`,
      { start: 0, end: 1 },
    );
    return { ...nothing, errors: findings.toErrors('error') };
  }
  const files = new LinkedFiles(options.links, limits, sources);
  const linkInput = { files, limits, findings, locate: (span: Span) => sources.locate(span.start) };
  const documents = parseDocuments(source, limits, findings).map(
    (document) => new LoadedDocument(sources, linkDocument(document, linkInput), findings),
  );
  if (documents.length === 0 && findings.all.length === 0) {
    findings.error(
      'SCENARIO_ASSERTS_NOTHING',
      'the file holds no scenario',
      { start: 0, end: 1 },
      { hint: '`mayfly init` writes one to begin with' },
    );
  }
  for (const document of documents) checkDocument(document, findings, limits, options);
  const broken = new Set(
    findings.all.flatMap(({ severity, document }) =>
      severity === 'error' && document !== undefined ? [document] : [],
    ),
  );
  const isBroken = ({ index }: LoadedDocument): boolean => broken.has(index);
  return {
    scenarios: documents
      .filter((document) => !isBroken(document))
      .flatMap((document) => toScenario(document, findings)),
    broken: documents.filter(isBroken).flatMap((document) => toBroken(document, findings)),
    errors: capped(findings.toErrors('error'), limits.errors),
    warnings: findings.toErrors('warning'),
    links: files.paths,
    isPart: documents.length > 0 && documents.every(({ json }) => !hasSteps(json)),
  };
}

const nothing = { scenarios: [], broken: [], warnings: [], links: [], isPart: false } as const;

function toBroken(document: LoadedDocument, findings: Findings): readonly BrokenScenario[] {
  const pointers = findings.all.flatMap(({ severity, document: index, pointer }) =>
    severity === 'error' && index === document.index && pointer !== undefined ? [pointer] : [],
  );
  const isSound = (place: string): boolean => !pointers.some((pointer) => isAtOrBelow(pointer, place));
  return toScenario(document, findings).map((scenario) => ({ scenario, isSound }));
}

function checkDocument(
  document: LoadedDocument,
  findings: Findings,
  limits: LoadLimits,
  options: LoadOptions,
): void {
  if (!validate(document.json)) reportSchemaErrors(validate.errors ?? [], document);
  const steps = stepsOf(document.json);
  const uses = nameUsesIn(document.json, steps);
  checkHasSteps(document);
  checkCases(document);
  checkCounts(document, steps, limits);
  checkNames(document, uses);
  checkCycles(document, uses);
  checkServices(document);
  checkPolicies(document);
  checkSteps(document, steps);
  for (const step of steps) checkUse(document, step);
  checkInvariants(document);
  checkForbidden(document, options.allow ?? {});
  const usedVars = checkExpressions(document, { steps, vars: options.vars ?? [] });
  checkUnused(document, uses, usedVars);
  const purpose = options.isWanted?.(tagsOf(document.json)) === false ? 'validate' : options.purpose;
  reportNotYet(document, { steps, purpose: purpose ?? 'run' }, findings);
}

function toScenario(document: LoadedDocument, findings: Findings): readonly Scenario[] {
  const { json, index, source } = document;
  if (!isJsonObject(json)) return [];
  return [
    {
      file: source.file,
      documentIndex: index,
      name: textOf(json.name) ?? nameOf(source.file, index),
      description: textOf(json.description) ?? '',
      tags: tagsOf(json),
      document: json satisfies JsonObject,
      locate: (pointer) => source.locate(document.keySpan(pointer).start),
      sourceLine: (line, from) => source.line(line, from),
      warnings: findings.toErrors('warning', index),
    },
  ];
}

function tagsOf(json: Json): readonly string[] {
  return itemsOf(memberOf(json, 'tags')).flatMap((tag) => (typeof tag === 'string' ? [tag] : []));
}

/** `scenarios/shop.yaml` → `shop`; `shop#2` for its second document. */
function nameOf(file: string, index: number): string {
  const base = (file.split(/[/\\]/).at(-1) ?? file).replace(/\.ya?ml$/, '');
  return index === 0 ? base : `${base}#${index + 1}`;
}

/** Nothing is cut silently. */
function capped(errors: readonly MayflyError[], most: number): readonly MayflyError[] {
  if (errors.length <= most) return errors;
  const more = errors.length - most;
  const hint = 'mend the ones above first';
  return [
    ...errors.slice(0, most),
    new MayflyError('SCENARIO_LIMIT', `${more} more errors in this file; the limit \`errors\` is ${most}`, {
      hint,
    }),
  ];
}
