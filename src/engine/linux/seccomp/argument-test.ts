import type { Node } from './bpf.ts';
import type { ArgumentTest } from './profile.ts';

/** struct seccomp_data, linux/seccomp.h. */
const argsOffset = 16;
const argBytes = 8;
const low32 = 0xffff_ffffn;

interface Halves {
  readonly high: number;
  readonly low: number;
}

/** Goes to `holds` or `fails`. BPF compares 32 bits, so each comparison is one of the high half and one of the low. */
export function compileTest(test: ArgumentTest, holds: Node, fails: Node): Node {
  const value = halves(test.value);
  switch (test.op) {
    case 'equal':
      return compileEqual(test.index, value, holds, fails);
    case 'notEqual':
      return compileEqual(test.index, value, fails, holds);
    case 'greater':
      return compileOrder(test.index, 'greater', value, holds, fails);
    case 'greaterOrEqual':
      return compileOrder(test.index, 'greaterOrEqual', value, holds, fails);
    case 'less':
      return compileOrder(test.index, 'greaterOrEqual', value, fails, holds);
    case 'lessOrEqual':
      return compileOrder(test.index, 'greater', value, fails, holds);
    case 'maskedEqual':
      return compileMasked(test.index, value, halves(test.valueTwo), holds, fails);
    default:
      return test.op satisfies never;
  }
}

function compileEqual(index: number, value: Halves, holds: Node, fails: Node): Node {
  const low = loadLow(index, {
    kind: 'jump',
    test: 'equal',
    operand: value.low,
    whenTrue: holds,
    whenFalse: fails,
  });
  return loadHigh(index, {
    kind: 'jump',
    test: 'equal',
    operand: value.high,
    whenTrue: low,
    whenFalse: fails,
  });
}

function compileOrder(
  index: number,
  test: 'greater' | 'greaterOrEqual',
  value: Halves,
  holds: Node,
  fails: Node,
): Node {
  const low = loadLow(index, { kind: 'jump', test, operand: value.low, whenTrue: holds, whenFalse: fails });
  const equal: Node = { kind: 'jump', test: 'equal', operand: value.high, whenTrue: low, whenFalse: fails };
  return loadHigh(index, {
    kind: 'jump',
    test: 'greater',
    operand: value.high,
    whenTrue: holds,
    whenFalse: equal,
  });
}

function compileMasked(index: number, mask: Halves, value: Halves, holds: Node, fails: Node): Node {
  const masked = (half: number, wanted: number, whenTrue: Node): Node => ({
    kind: 'and',
    mask: half,
    next: { kind: 'jump', test: 'equal', operand: wanted, whenTrue, whenFalse: fails },
  });
  const low = loadLow(index, masked(mask.low, value.low, holds));
  return mask.high === 0 && value.high === 0 ? low : loadHigh(index, masked(mask.high, value.high, low));
}

function halves(value: bigint): Halves {
  return { high: Number(value >> 32n), low: Number(value & low32) };
}

/** Both machines are little-endian. */
function loadLow(index: number, next: Node): Node {
  return { kind: 'load', offset: argsOffset + index * argBytes, next };
}

function loadHigh(index: number, next: Node): Node {
  return { kind: 'load', offset: argsOffset + index * argBytes + 4, next };
}
