import type { Op, Tape } from '../../../../src/engine/linux/tape/op.ts';

type OpOf<K extends Op['kind']> = Extract<Op, { kind: K }>;

export function ofKind<K extends Op['kind']>(tape: Tape, kind: K): readonly OpOf<K>[] {
  return tape.filter((op): op is OpOf<K> => op.kind === kind);
}

export function only<K extends Op['kind']>(tape: Tape, kind: K): OpOf<K> {
  const [op, ...more] = ofKind(tape, kind);
  if (op === undefined || more.length > 0)
    throw new Error(`${more.length + (op ? 1 : 0)} operations ${kind}, 1 was expected`);
  return op;
}

/** What is written below /proc/sys, in order. */
export function sysctlsOf(tape: Tape): Readonly<Record<string, string>> {
  return Object.fromEntries(
    ofKind(tape, 'writeFile').map(({ path, data }) => [
      path.replace('/proc/sys/', ''),
      Buffer.from(data).toString().trimEnd(),
    ]),
  );
}
