import type { CellVerdict } from '../../core/connectivity.ts';
import type { MeasuredCell } from './measured-cell.ts';

/**
 * R24: an allow passes when it is open. A deny passes when nothing came in that it forbids, and the destination has shown in the same
 * round that it would have been seen; without that, nothing has been shown.
 */
export function judgeCell(
  declared: 'allow' | 'deny',
  { outcome, witnessed, isOutside }: MeasuredCell,
): CellVerdict {
  if (outcome === 'unmeasured') return 'inconclusive';
  if (declared === 'allow') return outcome === 'open' ? 'pass' : 'too-closed';
  if (outcome === 'open' || outcome === 'arrived') return 'too-open';
  // Outside, whoever refuses is there. Among services, one that listens elsewhere has refused, as it was to.
  if (outcome === 'refused' && isOutside === true) return 'too-open';
  return witnessed ? 'pass' : 'inconclusive';
}
