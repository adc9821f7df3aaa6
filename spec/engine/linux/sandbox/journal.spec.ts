import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Host } from '../../../../src/engine/linux/host.ts';
import { Journal } from '../../../../src/engine/linux/sandbox/journal.ts';
import type { Tape } from '../../../../src/engine/linux/tape/op.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mayfly-journal-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const host = new Host({});
const removeTree = async (path: string): Promise<void> => rmSync(path, { recursive: true });

/** Directories as a run leaves them: a control group with a group in it, and writable layers. */
function leftovers(runId: string): { readonly cgroup: string; readonly upper: string } {
  const cgroup = join(directory, 'cgroup', `mayfly-${runId}`);
  const upper = join(directory, 'uppers', runId);
  mkdirSync(join(cgroup, 'c1'), { recursive: true });
  mkdirSync(join(upper, 'layer1'), { recursive: true });
  return { cgroup, upper };
}

/** What the supervisor does with such a tape. */
function write(tape: Tape): void {
  const path = tape.flatMap((op) => (op.kind === 'open' ? [op.path] : []))[0] ?? '';
  for (const op of tape) if (op.kind === 'writeSlot') writeFileSync(path, op.data);
}

test('an entry goes with the supervisor, unless it names what the supervisor cannot remove', async () => {
  const planWrite = await new Journal(host, directory).planner();
  const kinds = (tape: Tape): readonly string[] => tape.map(({ kind }) => kind);
  expect(kinds(planWrite('a', { cgroups: ['/c/mayfly-a'] }))).toEqual([
    'removeAtExit',
    'open',
    'writeSlot',
    'close',
  ]);
  expect(kinds(planWrite('a', { cgroups: [], upperDirectory: '/u' }))).toEqual([
    'open',
    'writeSlot',
    'close',
  ]);
});

test('a run whose runner is dead is cleaned up after, once', async () => {
  const { cgroup, upper } = leftovers('dead');
  mkdirSync(join(directory, 'journal'));
  const entry = { owner: '999999999 1', cgroups: [cgroup], upperDirectory: upper };
  writeFileSync(join(directory, 'journal', 'dead.json'), JSON.stringify(entry));
  const journal = new Journal(host, directory);
  await journal.sweep(removeTree);
  expect([existsSync(cgroup), existsSync(upper)]).toEqual([false, false]);
  expect(readdirSync(join(directory, 'journal'))).toEqual([]);
});

test('a living runner is left alone', async () => {
  const { cgroup, upper } = leftovers('alive');
  const journal = new Journal(host, directory);
  const planWrite = await journal.planner();
  write(planWrite('alive', { cgroups: [cgroup], upperDirectory: upper }));
  await journal.sweep(removeTree);
  expect([existsSync(cgroup), existsSync(upper)]).toEqual([true, true]);
  expect(readdirSync(join(directory, 'journal'))).toEqual(['alive.json']);
});

test('what cannot be removed stays in the journal for another time', async () => {
  const { cgroup } = leftovers('busy');
  mkdirSync(join(directory, 'journal'));
  writeFileSync(
    join(directory, 'journal', 'busy.json'),
    JSON.stringify({ owner: '999999999 1', cgroups: [cgroup] }),
  );
  mkdirSync(join(cgroup, 'c1', 'a-process-holds-it'));
  await new Journal(host, directory).sweep(removeTree);
  expect(readdirSync(join(directory, 'journal'))).toEqual(['busy.json']);
});

test('only directories of ours are removed, whatever an entry says', async () => {
  const foreign = join(directory, 'somebody-elses');
  mkdirSync(foreign);
  mkdirSync(join(directory, 'journal'));
  writeFileSync(
    join(directory, 'journal', 'odd.json'),
    JSON.stringify({ owner: '999999999 1', cgroups: [foreign] }),
  );
  writeFileSync(join(directory, 'journal', 'cut.json'), '{"owner": "9');
  await new Journal(host, directory).sweep(removeTree);
  expect(existsSync(foreign)).toBe(true);
});
