import { type FieldType, type OpKind, opTable } from './op-table.ts';

interface FieldLayout {
  readonly name: string;
  readonly type: FieldType;
}

interface OpLayout {
  /** On the wire: the kind's place in `opTable`. */
  readonly code: number;
  readonly fields: readonly FieldLayout[];
}

const layouts: ReadonlyMap<string, OpLayout> = new Map(
  Object.entries(opTable).map(([kind, fields], code) => [
    kind,
    { code, fields: Object.entries(fields).map(([name, type]) => ({ name, type })) },
  ]),
);

/** How an operation of this kind lies on the wire. */
export function opLayout(kind: OpKind): OpLayout {
  const layout = layouts.get(kind);
  if (layout === undefined) throw new TypeError(`unknown operation ${kind}`);
  return layout;
}
