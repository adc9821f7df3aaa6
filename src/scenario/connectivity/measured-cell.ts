import type { Cell, ConnectivityOutcome, Listener } from '../../core/connectivity.ts';

/** A cell, and what was seen of it. */
export interface MeasuredCell extends Cell {
  readonly outcome: ConnectivityOutcome;
  /** Who was behind the port; absent of ICMP, and where nothing could be asked. */
  readonly listener?: Listener;
  /** The helper at the destination saw a packet of its own come in, and nothing that it could not keep: its silence is evidence. */
  readonly witnessed: boolean;
  /** A partition cut this way all the time: what is measured holds as long as it does. */
  readonly isCut?: true;
  /** Kinds of other faults that lay on the line while something was sent: that it did not arrive shows nothing. */
  readonly faults?: readonly string[];
  /** What was sent where, and what came of it, in a line. */
  readonly evidence: string;
}

/** What came of one address of the destination. */
export interface Tried {
  readonly address: string;
  /** Which both are on; absent: none. */
  readonly network?: string;
  readonly error?: string;
  readonly answered: boolean;
  readonly arrived: boolean;
  /** Sent only where that leads to the destination and nowhere else. */
  readonly wasSent: boolean;
}

/** No errno: nothing is sent out of a scenario in search of one of its services. */
export const wayOut = 'the only route leads out of the scenario';

/** No errno: there is nowhere to send it. */
export const noAddress = 'no address';

/** No errno: and so nothing is sent. */
export const unknownWay = 'the kernel does not tell the way there';
