import {
  type ConnectivityFacts,
  type MatrixColumn,
  type MatrixRow,
  outcomes,
  protocols,
  type Surprise,
} from '../core/connectivity.ts';
import { count, list, number, object, oneOf, optional, record, text } from './shape.ts';

const column = object<MatrixColumn>({
  to: text,
  protocol: oneOf(...protocols),
  port: optional(number),
  listeners: record(oneOf('service', 'helper', 'nobody')),
});

const row = object<MatrixRow>({
  from: text,
  declared: text,
  measured: record(text),
  verdicts: text,
});

const surprise = object<Surprise>({
  from: text,
  to: text,
  protocol: oneOf(...protocols),
  port: optional(number),
  family: oneOf(4, 6),
  declared: oneOf('allow', 'deny'),
  outcome: oneOf(...outcomes),
  verdict: oneOf('too-open', 'too-closed', 'inconclusive'),
  why: text,
});

/** The facts of a `connectivity` step. */
export const connectivityShape = object<ConnectivityFacts>({
  version: oneOf(1),
  summary: text,
  default: oneOf('allow', 'deny'),
  families: list(oneOf(4, 6)),
  columns: list(column),
  rows: list(row),
  surprises: list(surprise),
  moreSurprises: optional(count),
  cut: optional(list(object<NonNullable<ConnectivityFacts['cut']>[number]>({ from: text, to: text }))),
  leftOut: list(object<ConnectivityFacts['leftOut'][number]>({ service: text, reason: text })),
});
