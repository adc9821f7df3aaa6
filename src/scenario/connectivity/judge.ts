import type { CellVerdict } from '../../core/connectivity.ts';
import type { MeasuredCell } from './measured-cell.ts';

/**
 * R24: an allow passes when it is open. A deny passes when nothing came in that it forbids, and the destination has shown in the same
 * round that it would have been seen; without that, nothing has been shown.
 */
export function judgeCell(
  declared: 'allow' | 'deny',
  { outcome, witnessed, faults = [] }: MeasuredCell,
): CellVerdict {
  if (outcome === 'unmeasured') return 'inconclusive';
  const isClear = faults.length === 0;
  if (declared === 'allow') {
    if (outcome === 'open') return 'pass';
    return isClear ? 'too-closed' : 'inconclusive';
  }
  // Whoever refuses is there: a packet came through, and somebody who listens would have taken it.
  if (outcome === 'open' || outcome === 'arrived' || outcome === 'refused') return 'too-open';
  return witnessed && isClear ? 'pass' : 'inconclusive';
}
