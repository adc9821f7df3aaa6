import { describe, expect, test } from 'vitest';
import type { SnapshotStore } from '../../../src/scenario/snapshot/snapshot-files.ts';
import type { SnapshotMode } from '../../../src/scenario/snapshot/snapshot-section.ts';
import { plan, type Ran, run, runFake, type StepOptions } from './runner-kit.ts';

const path = '/nonexistent/__snapshots__/shop.snap.yaml';
const header = '# Snapshots of Mayfly; `mayfly test --update` rewrites them.\n';

interface Kept {
  readonly files: Map<string, string>;
  readonly store: SnapshotStore;
}

function keep(mode: SnapshotMode, text?: string, isWhole = true): Kept {
  const files = new Map(text === undefined ? [] : [[path, text]]);
  const store: SnapshotStore = {
    mode,
    isWhole: () => isWhole,
    read: async (file) => files.get(file),
    write: async (file, content) =>
      void (content === undefined ? files.delete(file) : files.set(file, content)),
  };
  return { files, store };
}

const echo = (text: string, snapshot: object | string | boolean, options: StepOptions = {}) =>
  run(`echo ${text}`, { name: `say ${text}`, expect: { stdout: { snapshot } as never }, ...options });

function runKept(kept: Kept, steps: ReturnType<typeof run>[], secrets = {}): Promise<Ran> {
  return runFake(plan({ steps, secrets }), { context: { snapshots: kept.store } });
}

describe('R22 snapshots of a run', () => {
  test('R22 a new one is written beside the scenario, by its name or by that of the step', async () => {
    const kept = keep('new');
    const ran = await runKept(kept, [echo('one', 'first'), echo('two', true), echo('two', true)]);
    expect(ran.outcome).toBe('passed');
    expect(kept.files.get(path)).toBe(
      `${header}shop:\n  first: |\n    one\n  'say two (2): stdout': |\n    two\n  'say two: stdout': |\n    two\n`,
    );
    expect(ran.of('snapshotsWritten')).toMatchObject([
      { path: '__snapshots__/shop.snap.yaml', added: 3, updated: 0, removed: 0 },
    ]);
  });

  test('R22 the same again passes, and nothing is written', async () => {
    const kept = keep('none', 'shop: { first: "one\\n" }\n');
    const ran = await runKept(kept, [echo('one', 'first')]);
    expect([ran.outcome, ran.of('snapshotsWritten'), ran.of('warningRaised')]).toEqual(['passed', [], []]);
    expect(kept.files.get(path)).toBe('shop: { first: "one\\n" }\n');
  });

  test('R22 a difference fails with both and a diff; --update takes it', async () => {
    const text = 'shop:\n  first: |\n    zero\n    same\n';
    const steps = [run('printf "one\\nsame\\n"', { expect: { stdout: { snapshot: 'first' } } })];
    const ran = await runKept(keep('new', text), steps);
    expect(ran.problems).toMatchObject([
      {
        code: 'EXPECTATION_FAILED',
        message: 'stdout differs from the snapshot `first`; if it should, run `mayfly test --update`',
        diff: ['-zero', '+one', ' same'],
      },
    ]);
    const kept = keep('update', text);
    expect((await runKept(kept, steps)).outcome).toBe('passed');
    expect(kept.files.get(path)).toBe(`${header}shop:\n  first: |\n    one\n    same\n`);
  });

  test('R22 in CI a missing one fails, and nothing is written', async () => {
    const kept = keep('none');
    const ran = await runKept(kept, [echo('one', 'first')]);
    expect(ran.problems).toMatchObject([
      { message: expect.stringContaining('stdout has no snapshot `first` yet: run `mayfly test --update`') },
    ]);
    expect([ran.outcome, kept.files.size]).toEqual(['failed', 0]);
  });

  test('R22 obsolete ones are told, and --update removes them; not after a step was skipped, or of other scenarios', async () => {
    const text = 'other: { a: x }\nshop: { first: "one\\n", gone: x }\n';
    const warnings = async (kept: Kept, options: StepOptions = {}): Promise<readonly string[]> =>
      (await runKept(kept, [echo('one', 'first'), run('true', options)]))
        .of('warningRaised')
        .map(({ code, message }) => `${code} ${message}`);
    const said = (name: string): string =>
      `SNAPSHOT_OBSOLETE __snapshots__/shop.snap.yaml keeps \`${name}\`, and nothing asks for it`;
    expect(await warnings(keep('new', text))).toEqual([said('shop: gone'), said('other')]);
    expect(await warnings(keep('new', text, false))).toEqual([said('shop: gone')]);
    expect(await warnings(keep('new', text, false), { if: 'false' })).toEqual([]);
    const kept = keep('update', text);
    expect(await warnings(kept)).toEqual([]);
    expect(kept.files.get(path)).toBe(`${header}shop:\n  first: |\n    one\n`);
    const last = keep('update', 'other: { a: x }\n');
    await runKept(last, [run('true')]);
    expect(last.files.size).toBe(0);
  });

  test('R8 R22 secrets are not kept, and what is redacted does not matter', async () => {
    const kept = keep('new');
    const snapshot = { name: 'n', redact: ['ip', { matches: 'v\\d', as: '<v>' }] };
    await runKept(kept, [echo('hush-hush 10.0.0.1 v1', snapshot)], { S: 'hush-hush' });
    expect(kept.files.get(path)).toBe(`${header}shop:\n  'n': |\n    *** <ip> <v>\n`);
    const again = await runKept(
      keep('none', kept.files.get(path)),
      [echo('hush-hush 10.9.9.9 v2', snapshot)],
      {
        S: 'hush-hush',
      },
    );
    expect(again.outcome).toBe('passed');
  });

  test('R22 parts of a document are kept as JSON', async () => {
    const kept = keep('new');
    const ran = await runKept(kept, [
      run(`echo '{"b": 1, "a": [2]}'`, {
        name: 'x',
        expect: { stdout: { json: { path: '$', snapshot: true } } },
      }),
    ]);
    expect(ran.problems).toEqual([]);
    expect(kept.files.get(path)).toBe(
      `${header}shop:\n  'x: $ of stdout': |\n    {\n      "a": [\n        2\n      ],\n      "b": 1\n    }\n`,
    );
  });

  test('R22 each combination of a matrix has its own section; a retry takes it anew', async () => {
    const kept = keep('new');
    const plans = ['a', 'b'].map((db) =>
      plan({ id: `shop.yaml[db=${db}]`, matrix: { db }, steps: [echo(db, 'n')] }),
    );
    const ran = await runFake(plans, { context: { snapshots: kept.store } });
    expect(ran.result.exitStatus).toBe(0);
    expect(kept.files.get(path)).toBe(
      `${header}shop[db=a]:\n  'n': |\n    a\nshop[db=b]:\n  'n': |\n    b\n`,
    );
  });

  test('R22 a damaged file is an error of its scenario, and is not written over', async () => {
    const kept = keep('update', '[');
    const ran = await runKept(kept, [echo('one', 'first')]);
    expect(ran.result.exitStatus).not.toBe(0);
    expect(ran.of('scenarioFinished')[0]?.problems).toMatchObject([{ code: 'SNAPSHOT_INVALID' }]);
    expect(kept.files.get(path)).toBe('[');
  });

  test('R22 R30 what cannot be written makes the run an error', async () => {
    const kept = keep('new');
    const store = { ...kept.store, write: () => Promise.reject(new Error('read-only')) };
    const ran = await runFake(plan({ steps: [echo('one', 'first')] }), { context: { snapshots: store } });
    expect(ran.result.exitStatus).toBe(4);
    expect(ran.of('warningRaised')).toMatchObject([{ code: 'SNAPSHOT_UNWRITABLE', message: 'read-only' }]);
  });
});
