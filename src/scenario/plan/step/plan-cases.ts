import { isJsonObject, type Json, type JsonObject } from '../../../core/json.ts';
import type { CasePlan } from '../../../core/plan.ts';
import type { Scope } from '../../expression/scope.ts';
import { DocumentNode } from '../document-node.ts';
import { interpolateDocument } from '../interpolate-document.ts';
import type { Problems } from '../problems.ts';
import { interpolateStep } from './interpolate-step.ts';
import { moveStep } from './move-step.ts';
import { planSteps, type StepContext } from './plan-steps.ts';

/** More than a person reads; a table that is made by a program finds its limit here. */
const maxCases = 1_000;

/** One `CasePlan` each, and one for each row of a `table`. */
export function planCases(cases: DocumentNode, context: StepContext): readonly CasePlan[] {
  const rows = cases.items().flatMap((node) => rowsOf(node, context).map((row) => ({ node, row })));
  if (rows.length > maxCases) {
    cases.fail('SCENARIO_LIMIT', `there are ${rows.length} cases; the limit is ${maxCases}`);
    return [];
  }
  const planned = rows.map(({ node, row }) => planCase(node, row, context));
  checkNamedOnce(planned, rows, context.problems);
  return planned;
}

/** Reports tell cases apart by their names. */
function checkNamedOnce(planned: readonly CasePlan[], rows: readonly RowOfCase[], problems: Problems): void {
  const holders = new Map<string, number>();
  for (const [index, { name }] of planned.entries()) {
    const before = holders.get(name) ?? index;
    holders.set(name, before);
    const row = rows[index];
    if (before === index || row === undefined) continue;
    const isSameTable = rows[before]?.node === row.node;
    problems.add(
      'SCENARIO_CONFLICT',
      placeOf(row),
      `the case on line ${planned[before]?.at.line} is called \`${name}\`, too`,
      isSameTable ? 'let its rows differ, or give them a column `name`' : 'give each case a name of its own',
    );
  }
}

/** A row of a case's table; without a table there is one, of no columns. */
interface Row {
  readonly values: JsonObject;
  /** In the table. */
  readonly index?: number;
}

interface RowOfCase {
  readonly node: DocumentNode;
  readonly row: Row;
}

function placeOf({ node, row }: RowOfCase): string {
  return row.index === undefined ? node.pointer : `${node.pointer}/table/${row.index}`;
}

function rowsOf(node: DocumentNode, { scope, problems }: StepContext): readonly Row[] {
  const table = node.child('table');
  if (!table.present) return [{ values: {} }];
  const rows = interpolateDocument(table.value ?? null, table.pointer, scope, 'all', problems);
  return new DocumentNode(rows, table.pointer, problems)
    .items()
    .map(({ value }, index) => ({ values: isJsonObject(value) ? value : {}, index }));
}

function planCase(node: DocumentNode, row: Row, context: StepContext): CasePlan {
  const { scope, problems } = context;
  const path = row.index === undefined ? node.pointer : `${node.pointer}[${row.index}]`;
  const values = { ...valuesOf(node, row, context), ...row.values };
  const name = nameOfCase(node, row, { ...scope, case: values }, problems);
  const known = { ...values, name };
  const inCase = { ...scope, case: known };
  const written = node.child('steps');
  const resolved = written
    .items()
    .map(({ value, pointer }): Json => interpolateStep(value ?? null, pointer, inCase, problems));
  const steps = planSteps(new DocumentNode(resolved, written.pointer, problems), {
    ...context,
    scope: inCase,
  });
  return {
    name,
    path,
    at: context.scenario.locate(placeOf({ node, row })),
    values: known,
    // Rows share the steps that are written once; in reports each has its own.
    steps: steps.map((step) => moveStep(step, node.pointer, path)),
  };
}

/** A variable may read the row's columns: `url: /items/${{ case.id }}`. */
function valuesOf(node: DocumentNode, row: Row, { scope, problems }: StepContext): JsonObject {
  const vars = node.child('vars');
  const values = interpolateDocument(
    vars.value ?? {},
    vars.pointer,
    { ...scope, case: row.values },
    'all',
    problems,
  );
  return isJsonObject(values) ? values : {};
}

/** A column `name` names its row; otherwise its values tell it from others. */
function nameOfCase(node: DocumentNode, { values, index }: Row, scope: Scope, problems: Problems): string {
  if (typeof values.name === 'string') return values.name;
  const template = node.child('name');
  const written = template.text() ?? `case ${Number(node.key) + 1}`;
  const name = String(interpolateDocument(written, template.pointer, scope, 'all', problems));
  if (index === undefined || name !== written) return name;
  const columns = Object.entries(values).map(([key, value]) => `${key}=${renderValue(value)}`);
  return `${name} [${columns.join(', ')}]`;
}

function renderValue(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
