import type { Fault, FaultSpec } from '../../../core/fault.ts';
import { MayflyError } from '../../../core/mayfly-error.ts';

/** How to mend what was broken; called once. */
export type Undo = () => Promise<void>;

/** What breaks things: one function for each kind that this engine can. */
export type FaultMakers = {
  readonly [Kind in FaultSpec['kind']]?: (
    spec: Extract<FaultSpec, { kind: Kind }>,
    signal: AbortSignal,
  ) => Promise<Undo>;
};

export async function beginFault(spec: FaultSpec, makers: FaultMakers, signal: AbortSignal): Promise<Fault> {
  signal.throwIfAborted();
  // Each maker is that of the kind it is found by.
  const make = makers[spec.kind] as ((spec: FaultSpec, signal: AbortSignal) => Promise<Undo>) | undefined;
  if (make === undefined)
    throw new MayflyError('FAULT_UNSUPPORTED', `this engine cannot make a fault \`${spec.kind}\``);
  const undo = await make(spec, signal);
  let undone: Promise<void> | undefined;
  return {
    spec,
    [Symbol.asyncDispose]: () => {
      undone ??= undo();
      return undone;
    },
  };
}
