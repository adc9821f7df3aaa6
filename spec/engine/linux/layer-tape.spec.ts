import { expect, test } from 'vitest';
import { layerIds } from '../../../src/engine/linux/layer-ids.ts';
import { LayerTape } from '../../../src/engine/linux/layer-tape.ts';
import { rangeMapping, singleIdMapping, subidMapping } from '../../../src/engine/linux/sandbox/id-mapping.ts';
import type { Op, Tape } from '../../../src/engine/linux/tape/op.ts';

/** Answers when it is told to, so that what is under way can be counted. */
class SlowServer {
  readonly tapes: Tape[] = [];
  readonly #answers: { resolve: (replies: readonly Uint8Array[]) => void; reject: (error: Error) => void }[] =
    [];

  perform(tape: Tape): Promise<readonly Uint8Array[]> {
    this.tapes.push(tape);
    return new Promise((resolve, reject) => this.#answers.push({ resolve, reject }));
  }

  answer(): void {
    this.#answers.shift()?.resolve([]);
  }

  fail(error: Error): void {
    this.#answers.shift()?.reject(error);
  }
}

const megabyte: Op = { kind: 'writeSlot', slot: 1, data: new Uint8Array(2 ** 20) };
const small = (path: string): Op => ({ kind: 'mkdir', dir: 1, path, mode: 0, flags: 0 });

test('small operations travel together, in order', async () => {
  const server = new SlowServer();
  const tape = new LayerTape(server);
  for (const path of ['a', 'b', 'c']) await tape.add(small(path));
  expect(server.tapes).toEqual([]);
  const settled = tape.settle();
  server.answer();
  await settled;
  expect(server.tapes).toEqual([[small('a'), small('b'), small('c')]]);
});

test('a full tape is sent at once; no more than two are under way', async () => {
  const server = new SlowServer();
  const tape = new LayerTape(server);
  await tape.add(megabyte);
  await tape.add(megabyte);
  let third = false;
  const added = tape.add(megabyte).then(() => {
    third = true;
  });
  await new Promise(setImmediate);
  expect([server.tapes.length, third]).toEqual([2, false]);
  server.answer();
  await added;
  expect(server.tapes).toHaveLength(3);
});

test('the first failure is thrown by what comes next, and nothing more is sent', async () => {
  const server = new SlowServer();
  const tape = new LayerTape(server);
  await tape.add(megabyte);
  server.fail(new Error('ENOSPC'));
  await new Promise(setImmediate);
  await expect(tape.add(small('a'))).rejects.toThrow('ENOSPC');
  await expect(tape.settle()).rejects.toThrow('ENOSPC');
  expect(server.tapes).toHaveLength(1);
});

test.each([
  { name: 'real ids', mapping: 'real-ids' as const, ids: { mapKey: '', count: 65_536 } },
  {
    name: 'subordinate ids',
    mapping: subidMapping(1000, 1000, 100_000, 200_000),
    ids: { mapKey: 'u100000g200000', count: 65_536 },
  },
  { name: 'a range', mapping: rangeMapping(700_000), ids: { mapKey: 'u700000g700000', count: 65_536 } },
  { name: 'one id', mapping: singleIdMapping(1000, 1000), ids: { mapKey: 's', count: 1 } },
])('layers are kept apart by map: $name', ({ mapping, ids }) => {
  expect(layerIds(mapping)).toEqual(ids);
});
