import { didYouMean } from '../../../core/did-you-mean.ts';
import { entriesOf, memberOf } from '../json-access.ts';
import { pointerSegments } from '../json-pointer.ts';
import type { LoadedDocument } from '../loaded-document.ts';
import type { Span } from '../source-text.ts';

interface Where {
  readonly document: LoadedDocument;
  readonly pointer: string;
  readonly span: Span;
}

/** `inputs.NAME`: in the steps of a fragment, and one of its inputs. */
export function checkInputReference(name: string, { document, pointer, span }: Where): void {
  const [root, fragment = '', part] = pointerSegments(pointer);
  if (root !== 'fragments' || part !== 'steps') {
    const hint = 'use `vars:` for what all steps share';
    document.error('EXPRESSION_UNDEFINED', '`inputs` are known only in `fragments`', span, pointer, hint);
    return;
  }
  const declared = memberOf(memberOf(memberOf(document.json, 'fragments'), fragment), 'inputs');
  const known = entriesOf(declared).map(([key]) => key);
  if (known.includes(name)) return;
  const near = didYouMean(name, known);
  const hint =
    near === undefined ? 'declare it in the `inputs` of the fragment' : `did you mean \`inputs.${near}\`?`;
  document.error(
    'SCENARIO_UNDECLARED',
    `the fragment \`${fragment}\` has no input \`${name}\``,
    span,
    pointer,
    hint,
  );
}
