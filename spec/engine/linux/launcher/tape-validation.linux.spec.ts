import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeTape } from '../tape/decode-tape.ts';
import { buildTapeHarness } from './build-launcher.ts';
import { mutatedTape, validTape } from './malformed-tape.ts';

/** Enough to meet every branch; `npm run fuzz` asks for more. */
const inputs = Number(process.env.MAYFLY_FUZZ_INPUTS ?? 4000);
const seed = Number(process.env.MAYFLY_FUZZ_SEED ?? 1);
const harness = buildTapeHarness();

/** What the launcher's decoder, under AddressSanitizer and UBSan, says of each tape. */
async function judge(
  tapes: readonly Uint8Array[],
): Promise<{ readonly verdicts: string; readonly status: number; readonly stderr: string }> {
  const child = spawn(harness, { stdio: 'pipe' });
  const [stdout, stderr, closed] = [buffer(child.stdout), buffer(child.stderr), once(child, 'close')];
  for (const tape of tapes) {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(tape.byteLength);
    child.stdin.write(Buffer.concat([length, tape]));
  }
  child.stdin.end();
  const [status] = await closed;
  return { verdicts: (await stdout).toString(), status, stderr: (await stderr).toString() };
}

describe('the decoder of tapes, under AddressSanitizer and UBSan', () => {
  test('takes what the encoder makes, unless a slot is outside of the table', async () => {
    const tapes = fc.sample(validTape(), { numRuns: 500, seed });
    const { verdicts, stderr } = await judge(tapes);
    expect(stderr).toBe('');
    expect(verdicts).toHaveLength(tapes.length);
    expect(verdicts).toContain('1');
  });

  test('agrees with a decoder in TypeScript on malformed tapes, and never reads outside of them', async () => {
    const tapes = fc.sample(mutatedTape(), { numRuns: inputs, seed });
    const { verdicts, status, stderr } = await judge(tapes);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const refused = [...verdicts].filter((verdict) => verdict === '0').length;
    expect(refused).toBeGreaterThan(inputs / 2);
    // Whatever the launcher accepts must make sense to the other decoder too.
    for (const [at, tape] of tapes.entries())
      if (verdicts[at] === '1') expect(() => decodeTape(tape)).not.toThrow();
  });
});
