import type { Contender } from '../contender.ts';
import { timeProcess } from '../run-process.ts';

/**
 * The smallest process of Node's. Where a bar is in milliseconds it is no peer but the scale: it says how fast this machine was
 * in these very turns.
 */
export const nodeItself: Contender = {
  name: 'node -e 0',
  spawned: true,
  run: () => timeProcess([process.execPath, '-e', '0']),
};
