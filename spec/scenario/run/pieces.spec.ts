import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import { DialError, dialFailureOf } from '../../../src/core/dial-error.ts';
import type { MayflyEvent } from '../../../src/core/event.ts';
import { Scope } from '../../../src/core/scope.ts';
import { FakeClock } from '../../../src/engine/fake/fake-clock.ts';
import { createMasker } from '../../../src/scenario/mask/create-masker.ts';
import { abortable, openController, openLinked } from '../../../src/scenario/run/abortable.ts';
import { cutFacts } from '../../../src/scenario/run/cut-facts.ts';
import { openDeadline } from '../../../src/scenario/run/deadline.ts';
import { ScenarioEmitter } from '../../../src/scenario/run/emitter.ts';
import { evidenceFolder, openEvidence } from '../../../src/scenario/run/evidence.ts';
import { mergeEnvironment } from '../../../src/scenario/run/plan-exec.ts';

describe('a scope', () => {
  test('releases in reverse order when it is left, also by an error', async () => {
    const order: string[] = [];
    const clock = new FakeClock();
    const body = async (): Promise<void> => {
      await using scope = new Scope(1_000, clock);
      for (const name of ['first', 'second'])
        scope.own(name, { [Symbol.asyncDispose]: async () => void order.push(name) });
      throw new Error('of the body');
    };
    await expect(body()).rejects.toThrow('of the body');
    expect(order).toEqual(['second', 'first']);
  });

  test('gives each release what is left of its budget, and does not wait longer', async () => {
    const clock = new FakeClock();
    const budgets: number[] = [];
    const scope = new Scope(1_000, clock);
    scope.defer('quick', async (budgetMs) => void budgets.push(budgetMs));
    scope.defer('stuck', async (budgetMs) => {
      budgets.push(budgetMs);
      await new Promise(() => {});
    });
    scope.defer('slow', async (budgetMs) => {
      budgets.push(budgetMs);
      await clock.sleep(400);
    });
    await expect(scope[Symbol.asyncDispose]()).rejects.toMatchObject({
      code: 'TIMEOUT',
      message: expect.stringContaining('stuck'),
    });
    expect(budgets).toEqual([1_000, 600, 0]);
    expect(clock.nowMs()).toBe(1_000);
  });

  test('tries every release and tells every failure', async () => {
    const scope = new Scope(1_000, new FakeClock());
    for (const name of ['a', 'b']) {
      scope.defer(name, async () => {
        throw new Error(name);
      });
    }
    await expect(scope[Symbol.asyncDispose]()).rejects.toMatchObject({
      errors: [{ message: 'b' }, { message: 'a' }],
    });
  });
});

describe('signals', () => {
  test('a deadline aborts with its own reason, or with its parent`s', async () => {
    const clock = new FakeClock();
    const parent = openController();
    using late = openDeadline(clock, 100, parent.signal, () => new Error('late'));
    await expect(abortable(new Promise(() => {}), late.signal)).rejects.toThrow('late');
    expect(late.expired).toBe(true);
    using other = openDeadline(clock, 100, parent.signal, () => new Error('late'));
    parent.abort(new Error('parent'));
    expect([other.signal.reason.message, other.expired]).toEqual(['parent', false]);
  });

  test('a disposed deadline never fires', async () => {
    const clock = new FakeClock();
    const deadline = openDeadline(clock, 100, openController().signal, () => new Error('late'));
    deadline[Symbol.dispose]();
    await clock.sleep(1_000);
    expect(deadline.signal.aborted).toBe(false);
  });

  test('a linked controller lets go of its parent', () => {
    const parent = openController();
    const linked = openLinked(parent.signal);
    linked[Symbol.dispose]();
    parent.abort(new Error('parent'));
    expect(linked.signal.aborted).toBe(false);
  });

  test('the system clock sleeps, and stops sleeping', async () => {
    const clock = systemClock(() => performance.now());
    const startedAtMs = clock.nowMs();
    await clock.sleep(5);
    expect(clock.nowMs() - startedAtMs).toBeGreaterThan(3);
    const controller = new AbortController();
    const sleeping = clock.sleep(100_000, controller.signal);
    controller.abort(new Error('enough'));
    await expect(sleeping).rejects.toThrow('enough');
    await expect(clock.sleep(1, controller.signal)).rejects.toThrow('enough');
  });
});

describe('what an event keeps of facts', () => {
  test('R5 long text is cut and says so; bytes are named', () => {
    expect(
      cutFacts(
        { a: 'x'.repeat(11), b: { c: ['y'.repeat(11)] }, d: new Uint8Array(3), e: undefined, f: 1 },
        10,
        createMasker({}),
      ),
    ).toEqual({
      a: `${'x'.repeat(10)}\n[cut: 10 of 11 characters are shown; the limit is keepCharacters]`,
      b: { c: [expect.stringContaining('[cut: 10 of 11')] },
      d: '[3 bytes that are not UTF-8]',
      f: 1,
    });
  });

  test('R8 a secret that would be cut in two is masked first', () => {
    const facts = { a: `${'x'.repeat(10)}s3cr3t-value and more` };
    const cut = cutFacts(facts, 16, createMasker({ S: 's3cr3t-value' }));
    expect(cut).toEqual({ a: expect.stringMatching(/^x{10}\*\*\* an\n\[cut: 16 of 22 /) });
  });
});

describe('a problem in an event', () => {
  const problemOf = (text: string) => {
    const events: MayflyEvent[] = [];
    const emitter = new ScenarioEmitter(
      'a',
      createMasker({ S: 's3cr3t-value' }),
      new FakeClock(),
      0,
      (event) => events.push(event),
    );
    const problem = {
      code: 'EXPECTATION_FAILED',
      message: text,
      expected: text,
      actual: text,
      diff: [text],
    } as const;
    emitter.emit({
      kind: 'scenarioFinished',
      attempt: 1,
      outcome: 'failed',
      final: true,
      durationMs: 1,
      problems: [problem],
    });
    const [event] = events;
    return event?.kind === 'scenarioFinished' ? event.problems[0] : undefined;
  };

  test('values are shown with their middle left out, and the limit is named', () => {
    const found = problemOf('x'.repeat(5000));
    expect(found?.message).toContain('1000 characters left out (maxShownLength is 4000)');
    for (const text of [found?.expected, found?.actual, found?.diff?.[0]]) {
      expect(text).toContain('4000 characters left out (maxShownLength is 1000)');
    }
  });

  test.each([590, 595, 3990])(
    'R8 a secret at character %i, where a part is left out, is masked first',
    (at) => {
      const found = problemOf(`${'x'.repeat(at)}s3cr3t-value${'x'.repeat(5000)}`);
      expect(JSON.stringify(found)).not.toMatch(/s3c|lue/);
    },
  );
});

describe('evidence', () => {
  test.each([
    { id: 'scenarios/shop.yaml', attempt: 1, folder: 'scenarios/shop.yaml' },
    { id: 'shop.yaml#2[a=1,b="x y"]', attempt: 2, folder: 'shop.yaml_2_a=1,b=_x_y__.attempt2' },
    { id: '../../etc/shop.yaml', attempt: 1, folder: '_/_/etc/shop.yaml' },
    { id: '/abs/shop.yaml', attempt: 1, folder: 'abs/shop.yaml' },
  ])('of $id lies in $folder', ({ id, attempt, folder }) => {
    expect(evidenceFolder(id, attempt)).toBe(folder);
  });

  test('R8 is masked, text and binary alike, and binary stays as it is otherwise', async () => {
    const saved: Uint8Array[] = [];
    const save = openEvidence(
      async (_path, bytes) => void saved.push(bytes),
      createMasker({ P: 's3cr3t-value' }),
      'a',
    );
    const binary = Buffer.concat([
      Buffer.from([0xff, 0x00, 0x80]),
      Buffer.from('s3cr3t-value'),
      Buffer.from([0xfe]),
    ]);
    await save?.('x', Buffer.from('ä s3cr3t-value'));
    await save?.('y', binary);
    expect(saved.map((bytes) => Buffer.from(bytes).toString('latin1'))).toEqual([
      Buffer.from('ä ***').toString('latin1'),
      '\xff\x00\x80***\xfe',
    ]);
  });
});

describe('an environment', () => {
  test('a step`s own words win', () => {
    expect(mergeEnvironment(['A=1', 'B=2'], { B: '3', C: '' })).toEqual(['A=1', 'B=3', 'C=']);
  });
});

describe('failures of a connection', () => {
  test.each([
    { error: new DialError('refused', ''), failure: 'refused' },
    { error: Object.assign(new Error(), { code: 'ECONNRESET' }), failure: 'reset' },
    { error: Object.assign(new Error(), { code: 'ENOTFOUND' }), failure: 'no-name' },
    { error: Object.assign(new Error(), { code: 'EACCES' }), failure: undefined },
    { error: new Error('x'), failure: undefined },
    { error: undefined, failure: undefined },
  ])('$failure', ({ error, failure }) => {
    expect(dialFailureOf(error)).toBe(failure);
  });
});
