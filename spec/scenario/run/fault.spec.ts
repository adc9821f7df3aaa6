import { describe, expect, test } from 'vitest';
import type { FaultSpec } from '../../../src/core/fault.ts';
import { runYaml } from './from-yaml.ts';
import { durationOf, head, outcomes, programs } from './groups-kit.ts';
import type { Ran } from './runner-kit.ts';

/** What the engine was asked to break, and what of it is still broken at the end. */
function faultsOf(ran: Ran): { readonly begun: readonly FaultSpec[]; readonly left: readonly FaultSpec[] } {
  const faults = ran.engine.sandboxes.map((sandbox) => sandbox.faults);
  return { begun: faults.flatMap(({ begun }) => begun), left: faults.flatMap(({ active }) => active) };
}

const timeline = (ran: Ran): readonly string[] =>
  ran.events.flatMap((event) => {
    if (event.kind === 'faultBegan') return [`${event.fault} begins`];
    if (event.kind === 'faultEnded') return [`${event.fault} ends after ${event.lastedMs} ms`];
    return event.kind === 'stepFinished' ? [`${event.step} ${event.outcome}`] : [];
  });

describe('R25 fault', () => {
  test('R25 lasts for its `during` steps, and no longer', async () => {
    const ran = await runYaml(
      `${head}
steps:
  - fault: { dns: { service: a, names: [b], answer: servfail } }
    during: [{ in: a, run: [slowly, one] }]
  - { in: a, run: [slowly, two] }
`,
      { programs },
    );
    expect(timeline(ran)).toEqual([
      'dns begins',
      '/steps/0/during/0 passed',
      'dns ends after 1000 ms',
      '/steps/0 passed',
      '/steps/1 passed',
    ]);
    const spec = { kind: 'dns', containers: ['a'], names: ['b'], answer: 'servfail' };
    expect(faultsOf(ran)).toEqual({ begun: [spec], left: [] });
  });

  test.each([
    { name: '`for` is longer', keeps: '3s', during: '1s', lastsMs: 3_000 },
    { name: '`during` is longer', keeps: '1s', during: '3s', lastsMs: 3_000 },
    { name: 'nothing is done meanwhile', keeps: '2s', during: undefined, lastsMs: 2_000 },
  ])('R25 lasts as long as the longer of both: $name', async ({ keeps, during, lastsMs }) => {
    const ran = await runYaml(`${head}
steps:
  - fault: { pause: a, for: ${keeps} }
${during === undefined ? '' : `    during: [{ wait: ${during} }]`}
`);
    expect(ran.problems).toEqual([]);
    expect(durationOf(ran, '/steps/0')).toBe(lastsMs);
  });

  test('R25 is undone when a step of `during` fails, at once', async () => {
    const ran = await runYaml(
      `${head}
steps:
  - fault: { dns: { service: [a, b] }, for: 1h }
    during: [{ in: a, run: [fail] }, { in: a, run: [slowly, never] }]
`,
      { programs },
    );
    expect(timeline(ran)).toEqual([
      'dns begins',
      '/steps/0/during/0 failed',
      '/steps/0/during/1 skipped',
      'dns ends after 0 ms',
      '/steps/0 failed',
    ]);
    expect(faultsOf(ran).left).toEqual([]);
  });

  test('R25 is undone when its time is over', async () => {
    const ran = await runYaml(`${head}
steps:
  - timeout: 2s
    fault: { dns: { service: a }, for: 1h }
finally:
  - { in: a, run: "true" }
`);
    expect(ran.problems).toMatchObject([{ code: 'TIMEOUT' }]);
    expect(timeline(ran)).toEqual([
      'dns begins',
      'dns ends after 2000 ms',
      '/steps/0 failed',
      '/finally/0 passed',
    ]);
    expect(faultsOf(ran).left).toEqual([]);
  });

  test('R25 is undone when the run is interrupted', async () => {
    const ran = await runYaml(
      `${head}
steps:
  - fault: { pause: a, for: 1h }
`,
      {
        onEvent: (event, controller) => {
          if (event.kind === 'faultBegan') controller.abort(new Error('Ctrl-C'));
        },
      },
    );
    expect(ran.of('faultEnded')).toMatchObject([{ fault: 'pause', undone: true }]);
    expect(ran.of('faultEnded')[0]?.lastedMs).toBeLessThan(1_000);
  });

  test('R25 is undone also when what runs inside breaks off with an error of its own', async () => {
    const ended: boolean[] = [];
    const broken = runYaml(
      `${head}
steps:
  - fault: { pause: a, for: 1h }
    during: [{ in: b, run: "true" }]
`,
      {
        onEvent: (event) => {
          if (event.kind === 'faultEnded') ended.push(event.undone);
          if (event.kind === 'stepStarted' && event.step === '/steps/0/during/0')
            throw new Error('no listener');
        },
      },
    );
    await broken.catch(() => {});
    expect(ended).toEqual([true]);
  });

  test('R25 what was begun before another part could not be is undone, and `during` does not run', async () => {
    const ran = await runYaml(`${head}
steps:
  - { control: { stop: b } }
  - fault: { pause: { service: [a, b] } }
    during: [{ in: a, run: "true" }]
finally:
  - { in: a, run: "true" }
`);
    expect(outcomes(ran)).toEqual([
      '/steps/0 passed',
      '/steps/1/during/0 skipped',
      '/steps/1 errored',
      '/finally/0 passed',
    ]);
    expect(ran.problems).toMatchObject([{ code: 'CONTAINER_STATE' }]);
  });

  test('R25 a service without `restart` that is killed is started again when the fault ends', async () => {
    const ran = await runYaml(`${head}
steps:
  - fault: { kill: a }
    during: [{ wait: 1s }]
  - { in: a, run: "true" }
`);
    expect(ran.problems).toEqual([]);
    expect(ran.of('containerEnded')[0]).toMatchObject({ container: 'a', signal: 'SIGKILL', expected: true });
    const startedAtMs = ran.of('containerStarted').filter(({ container }) => container === 'a');
    const [first, again] = startedAtMs.map(({ atMs }) => atMs);
    expect((again ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(1_000);
  });

  test('R25 a service with `restart` that is killed comes back by itself, while the fault lasts', async () => {
    const ran = await runYaml(`
name: restarts
images: { tools: { host: [sh] } }
services: { a: { image: tools, command: [sleep, infinity], restart: always } }
steps:
  - fault: { kill: a }
    during: [{ wait: 5s }, { in: a, run: "true" }]
`);
    expect(ran.problems).toEqual([]);
    expect(ran.of('containerEnded')[0]).toMatchObject({ expected: true, restarting: true });
    expect(ran.of('containerStarted')).toHaveLength(2);
  });

  test('R25 only the end by the fault is expected: one that follows it fails as ever (R15)', async () => {
    const ran = await runYaml(
      `${head.replace('a: { image: tools, command: [sleep, infinity] }', 'a: { image: tools, command: [slowly, on] }')}
steps:
  - fault: { kill: a }
    during: [{ wait: 100ms }]
  - { wait: 10s }
`,
      { programs },
    );
    expect(ran.problems).toMatchObject([{ code: 'SERVICE_DIED' }]);
  });

  test('R25 befalls every instance of a scaled service, or the one that is named', async () => {
    const ran = await runYaml(`
name: scaled
images: { tools: { host: [sh] } }
services:
  a: { image: tools, command: [sleep, infinity], scale: 2 }
  b: { image: tools, command: [sleep, infinity], network_mode: "service:c" }
  c: { image: tools, command: [sleep, infinity] }
steps:
  - { fault: { dns: { service: a }, for: 1s } }
  - { fault: { dns: { service: "a[2]", answer: slow, by: 2s }, for: 1s } }
  - { fault: { dns: { service: b }, for: 1s } }
  - { fault: { disk_full: { service: a, path: /data }, for: 1s } }
`);
    expect(ran.problems).toEqual([]);
    expect(faultsOf(ran)).toEqual({
      begun: [
        { kind: 'dns', containers: ['a-1', 'a-2'], answer: 'nxdomain' },
        { kind: 'dns', containers: ['a-2'], answer: 'slow', delayMs: 2_000 },
        { kind: 'dns', containers: ['c'], answer: 'nxdomain' },
        { kind: 'disk_full', container: 'a-1', path: '/data' },
        { kind: 'disk_full', container: 'a-2', path: '/data' },
      ],
      left: [],
    });
  });

  const full = `steps:
  - { in: a, run: "true" }
  - { fault: { disk_full: a, for: 1s } }
`;

  test.each([
    { upper: 'auto', missing: 'tmpfs-upper' },
    { upper: 'disk', missing: 'disk-limit' },
  ] as const)('R25 what the host cannot do is said before anything starts: upper $upper', async (given) => {
    const ran = await runYaml(`${head}\nupper: ${given.upper}\n${full}`, {
      missingFeatures: [given.missing],
    });
    expect(ran.of('containerStarted')).toEqual([]);
    expect(ran.problems).toMatchObject([
      {
        code: 'FAULT_UNSUPPORTED',
        message: expect.stringContaining(`\`disk_full\` needs ${given.missing}`),
      },
    ]);
    expect(ran.result.exitStatus).toBe(3);
  });

  test('R25 with `upper: disk` memory does not matter', async () => {
    const ran = await runYaml(`${head}\nupper: disk\n${full}`, { missingFeatures: ['tmpfs-upper'] });
    expect(ran.problems).toEqual([]);
  });
});
