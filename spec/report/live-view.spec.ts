import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MayflyEvent } from '../../src/core/event.ts';
import { LiveView } from '../../src/report/live-view.ts';
import { anyStream } from './arbitrary-events.ts';
import {
  containerReady,
  containerStarted,
  finished,
  imagePrepared,
  imageProgress,
  planned,
  problem,
  runStarted,
  started,
  stepFinished,
  stepStarted,
} from './sample-events.ts';
import { eventfulRun } from './sample-runs.ts';
import { Screen } from './screen.ts';

/** Plays events at their own times; after each the view has had time to redraw. */
class Stage {
  readonly screen: Screen;
  readonly view: LiveView;
  nowMs = 1000;
  writes = 0;

  constructor(columns = 80, color = false) {
    const screen = new Screen(columns);
    this.screen = screen;
    const terminal = {
      write: (text: string) => {
        this.writes += 1;
        screen.write(text);
      },
      get columns() {
        return screen.columns;
      },
      get rows() {
        return screen.rows;
      },
    };
    this.view = new LiveView(terminal, { color, nowMs: () => this.nowMs });
  }

  play(...events: readonly MayflyEvent[]): readonly string[] {
    for (const event of events) {
      this.view.add(event);
      this.nowMs += 100;
      this.view.tick();
    }
    return this.screen.lines.filter((line) => line !== '');
  }
}

const opening = [runStarted(), planned('a', { steps: 2 }), planned('b'), started('a')];

describe('the live view', () => {
  test.each([
    { name: 'starting', events: [], shows: 'starting' },
    { name: 'an image being made', events: [imageProgress('a')], shows: 'image tools: copying node' },
    { name: 'an image that is there', events: [imageProgress('a'), imagePrepared('a')], shows: 'starting' },
    {
      name: 'services it waits for',
      events: [containerStarted('a', 'db'), containerStarted('a', 'web')],
      shows: 'waiting for db, web',
    },
    {
      name: 'a service that became ready',
      events: [containerStarted('a', 'db'), containerStarted('a', 'web'), containerReady('a', 'db')],
      shows: 'waiting for web',
    },
    { name: 'a step', events: [stepStarted('a')], shows: 'step 1/2 · it says hello' },
    {
      name: 'the time between two steps',
      events: [stepStarted('a'), stepFinished('a')],
      shows: 'between steps',
    },
    {
      name: 'a nested step',
      events: [
        stepStarted('a', { step: '/steps/1' }),
        stepStarted('a', { step: '/steps/1/during/0', name: 'inner' }),
      ],
      shows: 'step 2/2 · inner',
    },
    {
      name: 'the end',
      events: [stepFinished('a', { step: '/steps/0' }), stepFinished('a', { step: '/finally/0' })],
      shows: 'tearing down',
    },
    {
      name: 'finally',
      events: [stepStarted('a', { step: '/finally/0', name: 'dump' })],
      shows: 'finally · dump',
    },
    {
      name: 'a second attempt',
      events: [finished('a', { final: false, outcome: 'failed' }), started('a', { attempt: 2 })],
      shows: 'attempt 2 · starting',
    },
  ])('shows $name', ({ events, shows }) => {
    const [line, counts] = new Stage().play(...opening, ...events);
    expect(line).toContain(` a  ${shows}  `);
    expect(counts).toContain('1 waiting');
  });

  test('is a few lines that stay in place, and nothing once it is closed', () => {
    const stage = new Stage();
    expect(stage.play(...opening)).toHaveLength(2);
    expect(stage.play(...Array.from({ length: 40 }, () => stepStarted('a')))).toHaveLength(2);
    stage.view.close();
    expect(stage.play(...opening)).toEqual([]);
  });

  test('keeps a line for each scenario that did not pass, above', () => {
    const stage = new Stage();
    const lines = stage.play(
      ...opening,
      finished('a', { outcome: 'failed', problems: [problem()] }),
      started('b'),
      finished('b'),
    );
    expect(lines[0]).toBe('✗ failed   a  198 ms  stdout does not equal what was expected');
    expect(lines[1]).toMatch(/^✓ 1 passed {2}✗ 1 failed/);
    stage.view.close();
    expect(stage.screen.lines.filter((line) => line !== '')).toEqual([lines[0]]);
  });

  test('draws at most every 80 ms, however many events come', () => {
    const stage = new Stage();
    stage.play(...opening);
    const before = stage.writes;
    for (let index = 0; index < 1000; index += 1) stage.view.add(imageProgress('a'));
    stage.nowMs += 79;
    stage.view.tick();
    expect(stage.writes - before).toBe(0);
    stage.nowMs += 1;
    for (let index = 0; index < 1000; index += 1) stage.view.add(imageProgress('a'));
    expect(stage.writes - before).toBe(1);
  });

  test('is no wider than the terminal, and survives that being resized', () => {
    const stage = new Stage(100);
    stage.play(...opening, stepStarted('a', { name: 'a long name '.repeat(20) }));
    for (const columns of [40, 12, 3, 1, 90]) {
      stage.screen.resize(columns);
      stage.nowMs += 100;
      stage.view.tick();
      const lines = stage.screen.lines.filter((line) => line !== '');
      expect(lines.length, `${columns} columns: ${JSON.stringify(lines)}`).toBeLessThanOrEqual(2);
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
    }
  });

  test('shows no more scenarios than there is room for, and says how many there are', () => {
    const stage = new Stage();
    const names = Array.from({ length: 30 }, (_, index) => `s${index}`);
    const lines = stage.play(...names.map((name) => planned(name)), ...names.map((name) => started(name)));
    expect(lines).toHaveLength(9);
    expect(lines[8]).toContain('22 more running');
  });

  test('nothing in any stream makes it write anything but text and its own few functions', () => {
    fc.assert(
      fc.property(anyStream, fc.integer({ min: 1, max: 200 }), (events, columns) => {
        const stage = new Stage(columns, true);
        expect(() => stage.play(...events)).not.toThrow(); // Screen throws at every other control
        stage.view.close();
      }),
      { numRuns: 100 },
    );
  });

  test('an eventful run leaves the lines of what went wrong', () => {
    const stage = new Stage(120);
    stage.play(...eventfulRun);
    stage.view.close();
    const outcomes = stage.screen.lines.filter((line) => line !== '').map((line) => line.split('  ')[0]);
    expect(outcomes).toEqual(['✗ failed ', '~ flaky', '▲ leaked', '! errored'].map((text) => text.trim()));
  });
});
