import type { Cell } from '../../core/connectivity.ts';
import type { Attempt } from './attempt.ts';
import type { Station } from './station.ts';

/** One address of one cell, while it is tried. */
export interface Try {
  readonly cell: Cell;
  readonly from: Station;
  readonly to: Station;
  /** Which both are on. */
  readonly network?: string;
  readonly attempt: Attempt;
  wasSent: boolean;
  arrived: boolean;
  witnessed: boolean;
}
