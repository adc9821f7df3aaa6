import { didYouMean } from '../../../core/did-you-mean.ts';
import { entriesOf, itemsOf, memberOf } from '../json-access.ts';
import type { LoadedDocument } from '../loaded-document.ts';
import type { Span } from '../source-text.ts';
import { caseOf } from '../steps-of.ts';

interface Where {
  readonly document: LoadedDocument;
  readonly pointer: string;
  readonly span: Span;
}

/** `case.NAME`: in a case, and one of its variables or a column of its table. */
export function checkCaseReference(name: string, { document, pointer, span }: Where): void {
  const index = caseOf(pointer)?.slice('/cases/'.length);
  if (index === undefined) {
    const hint = 'use `vars:` for what all cases share';
    document.error('EXPRESSION_UNDEFINED', '`case` is known only in `cases`', span, pointer, hint);
    return;
  }
  const entry = itemsOf(memberOf(document.json, 'cases'))[Number(index)] ?? null;
  const columns = itemsOf(memberOf(entry, 'table')).flatMap((row) => entriesOf(row));
  const known = ['name', ...[...entriesOf(memberOf(entry, 'vars')), ...columns].map(([key]) => key)];
  if (known.includes(name)) return;
  const near = didYouMean(name, known);
  const hint =
    near === undefined
      ? 'declare it in the `vars` of the case, or as a column of its `table`'
      : `did you mean \`case.${near}\`?`;
  document.error('SCENARIO_UNDECLARED', `the case has no \`${name}\``, span, pointer, hint);
}
