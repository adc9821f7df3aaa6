/** language.md R23: what a `connectivity` step measures, and how it is told. */
export const protocols = ['tcp', 'udp', 'icmp'] as const;
export type Protocol = (typeof protocols)[number];
export type Family = 4 | 6;

/** Places beside the services that a step can ask for with `also`. */
export const outsidePlaces = ['host', 'gateway', 'internet', 'metadata', 'ipv6-link-local'] as const;

/**
 * What came of trying. `arrived`: it came in at the destination, and nothing came back. `reset`: somebody on the way refused it, for the
 * destination did not see it. `unmeasured`: it could not be tried, or the attempt shows nothing.
 */
export const outcomes = [
  'open',
  'refused',
  'reset',
  'timed-out',
  'unreachable',
  'no-name',
  'arrived',
  'unmeasured',
] as const;
export type ConnectivityOutcome = (typeof outcomes)[number];

/** Who was behind the port: the service itself, or the helper in its place. */
export type Listener = 'service' | 'helper' | 'nobody';

export type CellVerdict = 'pass' | 'too-open' | 'too-closed' | 'inconclusive';

/** One question: may `from` open this at `to`? */
export interface Cell {
  /** A `ServicePlan.name`. */
  readonly from: string;
  /** Another, or one of `outsidePlaces`. */
  readonly to: string;
  readonly protocol: Protocol;
  /** Absent of ICMP. */
  readonly port?: number;
  readonly family: Family;
}

/** `db:5432/tcp`, `db/icmp` */
export function targetOf({ to, protocol, port }: Omit<Cell, 'from' | 'family'>): string {
  return port === undefined ? `${to}/${protocol}` : `${to}:${port}/${protocol}`;
}

/** A letter each, for matrices of thousands of cells. */
export const outcomeLetters: Readonly<Record<ConnectivityOutcome, string>> = {
  open: 'o',
  refused: 'r',
  reset: 'x',
  'timed-out': 't',
  unreachable: 'u',
  'no-name': 'n',
  arrived: 'a',
  unmeasured: '?',
};

/** The facts of a finished `connectivity` step, of version 1. */
export interface ConnectivityFacts {
  readonly version: 1;
  /** `5 services, 40 cells: all as declared`; how it was probed follows. */
  readonly summary: string;
  readonly default: 'allow' | 'deny';
  readonly families: readonly Family[];
  readonly columns: readonly MatrixColumn[];
  readonly rows: readonly MatrixRow[];
  /** Cells that are not as declared, the gravest first; of very many, the first. */
  readonly surprises: readonly Surprise[];
  /** How many more there are. */
  readonly moreSurprises?: number;
  /** Ways that a partition cut meanwhile: what is said of them holds for as long as it lasts. */
  readonly cut?: readonly { readonly from: string; readonly to: string }[];
  /** Services that were not asked about. */
  readonly leftOut: readonly { readonly service: string; readonly reason: string }[];
}

export interface MatrixColumn {
  readonly to: string;
  readonly protocol: Protocol;
  readonly port?: number;
  /** By family. */
  readonly listeners: Readonly<Record<string, Listener>>;
}

/** A letter per column; `-` where there is no such cell. */
export interface MatrixRow {
  readonly from: string;
  /** `a` allowed, `d` denied */
  readonly declared: string;
  /** `outcomeLetters`, by family. */
  readonly measured: Readonly<Record<string, string>>;
  /** `.` as declared, `!` not, `?` inconclusive: over all families. */
  readonly verdicts: string;
}

export interface Surprise extends Cell {
  readonly declared: 'allow' | 'deny';
  readonly outcome: ConnectivityOutcome;
  readonly verdict: Exclude<CellVerdict, 'pass'>;
  /** In a line: the way, who listened, what was sent, what arrived. */
  readonly why: string;
}
