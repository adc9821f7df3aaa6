import { describe, expect, test } from 'vitest';
import { encodeFrame, fromLauncher } from '../../../../src/engine/linux/client/frame.ts';
import { codeOf } from '../../contract/contract-kit.ts';
import { openMuteLauncher } from './mute-launcher.ts';

const header = (length: number, type: number): Buffer => {
  const bytes = Buffer.alloc(5);
  bytes.writeUInt32LE(length, 0);
  bytes.writeUInt8(type, 4);
  return bytes;
};

describe('a launcher that talks nonsense is as good as dead', () => {
  test.each<{ name: string; bytes: (process: number, request: number) => Uint8Array }>([
    { name: 'a frame longer than any', bytes: () => header(0xffff_ffff, fromLauncher.data) },
    {
      name: 'a frame without a number',
      bytes: () => Buffer.concat([header(1, fromLauncher.done), Buffer.alloc(9)]),
    },
    { name: 'an end without a status', bytes: (process) => encodeFrame(fromLauncher.exited, process) },
    {
      name: 'a failure cut short',
      bytes: (_, request) => encodeFrame(fromLauncher.failed, request, Buffer.alloc(6)),
    },
    {
      name: 'a reply cut short',
      bytes: (_, request) => encodeFrame(fromLauncher.done, request, Buffer.from([9, 0])),
    },
    {
      name: 'a reply longer than its frame',
      bytes: (_, request) => encodeFrame(fromLauncher.done, request, Buffer.from([9, 0, 0, 0, 1])),
    },
  ])('$name', async ({ bytes }) => {
    const { client, launcher } = await openMuteLauncher();
    const process = client.expectProcess(() => []);
    const request = codeOf(client.perform([]));
    launcher.write(bytes(process.id, process.id + 1)); // numbers are given out one by one
    expect(await codeOf(process.exited)).toBe('LAUNCHER_DIED');
    expect(await request).toBe('LAUNCHER_DIED');
    expect(await codeOf(client.perform([]))).toBe('LAUNCHER_DIED');
  });

  test("but answers to what nobody asked are nobody's", async () => {
    const { client, launcher } = await openMuteLauncher();
    const request = client.perform([]);
    for (const type of Object.values(fromLauncher)) launcher.write(encodeFrame(type, 999, Buffer.alloc(16)));
    launcher.write(encodeFrame(fromLauncher.done, 1));
    expect(await request).toEqual([]);
    launcher.destroy();
  });
});
