import { expect, test } from 'vitest';
import { capabilitiesOfMask, capabilityMask } from '../../../../src/engine/linux/abi/capabilities.ts';

test('capabilities and their mask are one to one', () => {
  const mask = capabilityMask(['CHOWN', 'SYS_ADMIN', 'CHECKPOINT_RESTORE']);
  expect(mask).toBe(1n | (1n << 21n) | (1n << 40n));
  expect(capabilitiesOfMask(mask ?? 0n)).toEqual(['CHOWN', 'SYS_ADMIN', 'CHECKPOINT_RESTORE']);
  expect(capabilityMask(['CAP_CHOWN'])).toBeUndefined();
});
