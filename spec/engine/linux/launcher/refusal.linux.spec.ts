import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  encodeFrame,
  FrameReader,
  fromLauncher,
  toLauncher,
} from '../../../../src/engine/linux/client/frame.ts';
import { Host, type SpawnedLauncher } from '../../../../src/engine/linux/host.ts';
import { encodeTape } from '../../../../src/engine/linux/tape/encode.ts';
import { noSlot, type Op } from '../../../../src/engine/linux/tape/op.ts';
import { launcherPath } from '../linux-kit.ts';

let directory: string;
let launcher: SpawnedLauncher;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mayfly-refusal-'));
  launcher = new Host({}).spawnLauncher(launcherPath);
});

afterEach(async () => {
  launcher.channel.end();
  await launcher.ended;
  await rm(directory, { recursive: true, force: true });
});

const marker = (): Op => ({
  kind: 'mkdir',
  dir: noSlot,
  path: join(directory, 'done'),
  mode: 0o755,
  flags: 0,
});
const bad: Op = { kind: 'umask', mask: 0 };

/** Sends raw bytes as a tape; the answer's type and its numbers. */
function send(bytes: Uint8Array): Promise<{ readonly type: number; readonly numbers: readonly number[] }> {
  const reader = new FrameReader();
  const answer = new Promise<{ type: number; numbers: readonly number[] }>((resolve, reject) => {
    launcher.channel.on('data', (chunk: Buffer) =>
      reader.read(chunk, (type, body) => {
        resolve({
          type,
          numbers: Array.from({ length: Math.floor(body.length / 4) }, (_, at) => body.readUInt32LE(at * 4)),
        });
      }),
    );
    launcher.channel.once('close', () => reject(new Error('the launcher ended')));
  });
  launcher.channel.write(encodeFrame(toLauncher.tape, 7, bytes));
  return answer;
}

const opCountAt = 4;
const secondOpAt = (bytes: Uint8Array): number => 8 + 8 + Buffer.from(bytes).readUInt32LE(12);

/** Puts a number where another stands. */
function with32(value: number, at: (bytes: Buffer) => number): (bytes: Buffer) => Uint8Array {
  return (bytes) => {
    bytes.writeUInt32LE(value, at(bytes));
    return bytes;
  };
}

const malformations: readonly { readonly name: string; readonly spoil: (bytes: Buffer) => Uint8Array }[] = [
  { name: 'a wrong magic number', spoil: with32(0, () => 0) },
  {
    name: 'more operations announced than there are',
    spoil: with32(3, () => opCountAt),
  },
  { name: 'bytes after the last operation', spoil: (bytes) => Buffer.concat([bytes, Buffer.alloc(4)]) },
  { name: 'an unknown operation', spoil: with32(9999, secondOpAt) },
  {
    name: 'a payload longer than the tape',
    spoil: with32(0x7fff_ffff, (bytes) => secondOpAt(bytes) + 4),
  },
  {
    name: 'a payload shorter than its fields',
    spoil: with32(2, (bytes) => secondOpAt(bytes) + 4),
  },
  { name: 'a tape cut in its last field', spoil: (bytes) => bytes.subarray(0, -1) },
  { name: 'no tape at all', spoil: () => Buffer.alloc(0) },
];

describe('a malformed tape', () => {
  test.each(malformations)('$name: refused whole, before anything is done', async ({ spoil }) => {
    const { type, numbers } = await send(spoil(Buffer.from(encodeTape([marker(), bad]))));
    expect(type).toBe(fromLauncher.failed);
    expect(numbers.slice(0, 2)).toEqual([7, noSlot]);
    expect(existsSync(join(directory, 'done'))).toBe(false);
  });

  test('a sound one is performed, so the marker would have been there', async () => {
    expect((await send(encodeTape([marker(), bad]))).type).toBe(fromLauncher.done);
    expect(existsSync(join(directory, 'done'))).toBe(true);
  });

  test('a nested one makes the whole tape malformed', async () => {
    const nested = encodeTape([
      marker(),
      { kind: 'clone', flags: 0, process: 1, pidfd: noSlot, tape: [bad] },
    ]);
    const bytes = Buffer.from(nested);
    bytes.writeUInt32LE(0xdead, bytes.length - 4 - 4 - 4); // the nested operation's code
    expect((await send(bytes)).type).toBe(fromLauncher.failed);
    expect(existsSync(join(directory, 'done'))).toBe(false);
  });

  test('a failing operation is named by index, kind and errno, and what follows is not done', async () => {
    const missing: Op = { kind: 'chdir', path: '/nonexistent' };
    const { type, numbers } = await send(encodeTape([bad, missing, marker()]));
    expect(type).toBe(fromLauncher.failed);
    expect([numbers[1], numbers[3]]).toEqual([1, 2]); // ENOENT
    expect(existsSync(join(directory, 'done'))).toBe(false);
  });
});
