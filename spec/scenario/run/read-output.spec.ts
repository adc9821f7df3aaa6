import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import type { ExitStatus } from '../../../src/core/container.ts';
import type { Process } from '../../../src/core/engine.ts';
import { FakeClock } from '../../../src/engine/fake/fake-clock.ts';
import { readOutput, StoppedProcess } from '../../../src/scenario/run/read-output.ts';

const ok: ExitStatus = { code: 0, oomKilled: false };
const limits = { outputBytes: 100, drainMs: 250 };

/** A process whose streams the test holds in its hands. */
function openProcess(
  exited: Promise<ExitStatus>,
): Process & { readonly stdout: PassThrough; readonly stderr: PassThrough; readonly signals: string[] } {
  const signals: string[] = [];
  return {
    pid: 1,
    stdin: undefined,
    stdout: new PassThrough(),
    stderr: new PassThrough(),
    exited,
    signals,
    kill: async (name) => void signals.push(name),
    resize: async () => {},
  };
}

describe('the output of a process', () => {
  test('that a child keeps open after the end is awaited a little, not for ever', async () => {
    const clock = new FakeClock();
    const process = openProcess(Promise.resolve(ok));
    process.stdout.write('started in the background\n');
    const { status, stdout } = await readOutput(process, {
      limits,
      clock,
      signal: new AbortController().signal,
    });
    expect([status, stdout.toString(), clock.nowMs()]).toEqual([ok, 'started in the background\n', 250]);
  });

  test('that comes after the end is not lost', async () => {
    const clock = new FakeClock();
    const process = openProcess(Promise.resolve(ok));
    const late = clock.sleep(100).then(() => {
      process.stdout.end('late');
      process.stderr.end();
    });
    const { stdout } = await readOutput(process, { limits, clock, signal: new AbortController().signal });
    await late;
    expect([stdout.toString(), clock.nowMs()]).toEqual(['late', 100]);
  });

  test('R5 over the limit kills the process and names the limit', async () => {
    const process = openProcess(new Promise(() => {}));
    process.stdout.write('x'.repeat(101));
    const reading = readOutput(process, {
      limits,
      clock: new FakeClock(),
      signal: new AbortController().signal,
    });
    await expect(reading).rejects.toMatchObject({
      code: 'OUTPUT_LIMIT',
      message: expect.stringContaining('outputBytes (100 bytes)'),
    });
    expect(process.signals).toEqual(['SIGKILL']);
  });

  test('until it is stopped is told, and the process killed', async () => {
    const clock = new FakeClock();
    const controller = new AbortController();
    const process = openProcess(new Promise(() => {}));
    process.stderr.write('half');
    void clock.sleep(10).then(() => controller.abort(new Error('enough')));
    const stopped = await readOutput(process, { limits, clock, signal: controller.signal }).catch(
      (error: unknown) => error,
    );
    expect(stopped).toBeInstanceOf(StoppedProcess);
    expect(stopped).toMatchObject({ cause: { message: 'enough' }, soFar: { stderr: Buffer.from('half') } });
    expect(process.signals).toEqual(['SIGKILL']);
  });

  test('keeps the order in which both streams came', async () => {
    const process = openProcess(Promise.resolve(ok));
    process.stdout.write('1');
    await new Promise((resolve) => setImmediate(resolve));
    const reading = readOutput(process, {
      limits,
      clock: new FakeClock(),
      signal: new AbortController().signal,
    });
    for (const [stream, text] of [
      [process.stderr, '2'],
      [process.stdout, '3'],
    ] as const) {
      stream.write(text);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await reading).output.toString()).toBe('123');
  });
});
