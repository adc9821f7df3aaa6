import type { LaunchedProcess } from '../client/launched-process.ts';
import type { LauncherClient } from '../client/launcher-client.ts';
import type { Op, Slot, Tape } from '../tape/op.ts';
import type { SlotPool } from './slot-pool.ts';
import type { Stdio } from './stdio.ts';

/** `LauncherClient.expectProcess`; a tape that cannot be planned leaves no slots and streams behind. */
export function expectOrAbandon(
  init: LauncherClient,
  slots: SlotPool,
  stdio: Stdio,
  taken: readonly Slot[],
  plan: (process: number) => Tape,
): LaunchedProcess {
  try {
    return init.expectProcess(plan);
  } catch (error) {
    stdio.abandon();
    slots.give(...taken, ...stdio.slots);
    throw error;
  }
}

/**
 * After a launch that failed, whenever it did: the process may not be there, wait for its release, or run already. The caller
 * gives the slots back; they are empty then.
 */
export async function abandonProcess(
  init: LauncherClient,
  process: LaunchedProcess,
  stdio: Stdio,
  taken: readonly Slot[],
  error: Error,
): Promise<void> {
  process.onLauncherEnded(error);
  stdio.abandon();
  const close = [...taken, ...stdio.slots].map((slot): Op => ({ kind: 'close', slot }));
  // Two tapes, for the first ends where there is no such process; both fail when the launcher is gone, which the error tells.
  await Promise.allSettled([
    init.perform([{ kind: 'kill', process: process.id, signal: 9 }]),
    init.perform(close),
  ]);
}
