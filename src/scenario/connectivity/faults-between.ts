import type { Cell } from '../../core/connectivity.ts';
import type { FaultSpec } from '../../core/fault.ts';

/** Kinds of the faults that keep packets of a cell from arriving, or from arriving in time: a closed way looks the same. */
export function faultsBetween(
  faults: Iterable<FaultSpec>,
  cell: Cell,
  namespaceOf: (service: string) => string,
): readonly string[] {
  const [from, to] = [namespaceOf(cell.from), namespaceOf(cell.to)];
  // Who shares a network namespace needs no line.
  if (from === to) return [];
  return [
    ...new Set([...faults].filter((fault) => liesBetween(fault, cell, from, to)).map(({ kind }) => kind)),
  ];
}

/** A partition takes all that is sent this way: that nothing arrives is certain for as long as it lasts, and is no chance. */
export function isCutBetween(
  faults: Iterable<FaultSpec>,
  cell: Cell,
  namespaceOf: (service: string) => string,
): boolean {
  const partitions = [...faults].filter(({ kind }) => kind === 'partition');
  return faultsBetween(partitions, cell, namespaceOf).length > 0;
}

function liesBetween(fault: FaultSpec, { protocol, port }: Cell, from: string, to: string): boolean {
  switch (fault.kind) {
    case 'partition':
      return fault.cuts.some((cut) => cut.from.includes(from) && cut.to.includes(to));
    case 'loss':
      return isBetween(fault, from, to);
    case 'reset':
      return (
        protocol === 'tcp' && (fault.port === undefined || fault.port === port) && isBetween(fault, from, to)
      );
    case 'delay':
    case 'rate':
      return fault.containers.includes(from) || fault.containers.includes(to);
    case 'dns':
    case 'disk_full':
      return false;
    default:
      return fault satisfies never;
  }
}

interface Traffic {
  readonly containers: readonly string[];
  readonly peers?: readonly string[];
}

const isBetween = ({ containers, peers }: Traffic, one: string, other: string): boolean =>
  [
    [one, other],
    [other, one],
  ].some(
    ([near = '', far = '']) => containers.includes(near) && (peers === undefined || peers.includes(far)),
  );
