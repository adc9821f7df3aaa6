import { describe, expect, test } from 'vitest';
import { MayflyError } from '../../../src/core/mayfly-error.ts';
import type { FakeProgram } from '../../../src/engine/fake/fake-program.ts';
import { httpServer, imageOf, plan, type Ran, run, runFake, service } from './runner-kit.ts';

/** Is ready after a while: it then says so and listens. */
const readyAfter = (ms: number, port = 80): FakeProgram =>
  httpServer(port, (_request, response) => response.end('ok'), ms);

const endsAfter =
  (ms: number, code: number): FakeProgram =>
  async (machine) => {
    await machine.write('starting\n');
    await machine.sleep(ms);
    await machine.writeError('giving up\n');
    return code;
  };

function startTimes(ran: Ran): Readonly<Record<string, number>> {
  return Object.fromEntries(ran.of('containerStarted').map(({ container, atMs }) => [container, atMs]));
}

describe('start', () => {
  test('services without dependencies start at the same time', async () => {
    const services = ['a', 'b', 'c'].map((name) => service(name));
    const ran = await runFake(plan({ services, steps: [run('true', { in: 'a' })] }), { startDelayMs: 100 });
    expect(startTimes(ran)).toEqual({ a: 100, b: 100, c: 100 });
  });

  test('each starts the moment its own dependencies are satisfied, whatever else is still starting', async () => {
    const services = [
      service('slow', {
        command: ['slow'],
        ready: {
          condition: { kind: 'port', value: 81 },
          withinMs: 10_000,
          at: { file: '', line: 1, column: 1 },
        },
      }),
      service('db', {
        command: ['db'],
        ready: {
          condition: { kind: 'port', value: 80 },
          withinMs: 10_000,
          at: { file: '', line: 1, column: 1 },
        },
      }),
      service('after-start', { dependsOn: [{ service: 'db', condition: 'service_started' }] }),
      service('after-ready', { dependsOn: [{ service: 'db', condition: 'service_healthy' }] }),
    ];
    const ran = await runFake(plan({ services, steps: [run('true', { in: 'db' })] }), {
      programs: { slow: readyAfter(5_000, 81), db: readyAfter(1_000) },
    });
    const times = startTimes(ran);
    expect(times.slow).toBe(0);
    expect(times['after-start']).toBe(0);
    expect(times['after-ready']).toBeGreaterThanOrEqual(1_000);
    expect(times['after-ready']).toBeLessThan(1_200);
    expect(ran.of('stepStarted')[0]?.atMs).toBeGreaterThanOrEqual(5_000);
    expect(ran.outcome).toBe('passed');
  });

  test('service_completed_successfully waits for the end, and makes that end no failure', async () => {
    const services = [
      service('migrate', { command: ['migrate'] }),
      service('box', { dependsOn: [{ service: 'migrate', condition: 'service_completed_successfully' }] }),
    ];
    const ran = await runFake(plan({ services }), { programs: { migrate: endsAfter(2_000, 0) } });
    expect(ran.outcome).toBe('passed');
    expect(startTimes(ran).box).toBeGreaterThanOrEqual(2_000);
    expect(ran.of('containerEnded')[0]).toMatchObject({ container: 'migrate', code: 0, expected: true });
  });

  test('service_completed_successfully fails on another exit status', async () => {
    const services = [
      service('migrate', { command: ['migrate'] }),
      service('box', { dependsOn: [{ service: 'migrate', condition: 'service_completed_successfully' }] }),
    ];
    const ran = await runFake(plan({ services }), { programs: { migrate: endsAfter(2_000, 4) } });
    expect(ran.outcome).toBe('failed');
    expect(ran.problems[0]).toMatchObject({ message: expect.stringContaining('exit status 4') });
    expect(startTimes(ran)).not.toHaveProperty('box');
  });

  test('whoever shares a network starts after its owner', async () => {
    const services = [
      service('box'),
      service('sidecar', { container: { network: { kind: 'shared', container: 'box' } } }),
    ];
    const ran = await runFake(plan({ services }), { startDelayMs: 50 });
    expect(startTimes(ran)).toEqual({ box: 50, sidecar: 100 });
  });

  test('a service that cannot start is an error with its place', async () => {
    const ran = await runFake(
      plan({
        services: [service('box', { command: ['nope'], at: { file: 'shop.yaml', line: 9, column: 3 } })],
      }),
    );
    expect(ran).toMatchObject({ outcome: 'errored', result: { exitStatus: 4 } });
    expect(ran.problems[0]).toMatchObject({
      code: 'PROGRAM_NOT_FOUND',
      message: expect.stringContaining('`box`'),
      at: { line: 9 },
      sourceLine: 'line 9 of the file',
    });
    expect(ran.stepOutcomes).toEqual([]);
  });

  test('images are prepared at the same time, each once, and only those used', async () => {
    const asked: string[] = [];
    let release = (): void => {};
    const bothAsked = new Promise<void>((resolve) => {
      release = resolve;
    });
    const images = ['tools', 'web', 'unused'].map((name) => ({
      name,
      source: { kind: 'registry', reference: name } as const,
      configOverrides: {},
    }));
    const ran = await runFake(
      plan({ images, services: [service('box'), service('other'), service('web', { image: 'web' })] }),
      {
        images: {
          // Neither is ready before both were asked for: one after the other would never end.
          async prepare({ name }, onProgress) {
            asked.push(name);
            onProgress('unpacking');
            if (asked.length === 2) release();
            await bothAsked;
            return imageOf(name);
          },
        },
      },
    );
    expect(asked.toSorted()).toEqual(['tools', 'web']);
    expect(ran.of('imageProgress')).toHaveLength(2);
    expect(
      ran
        .of('imagePrepared')
        .map(({ image }) => image)
        .toSorted(),
    ).toEqual(['tools', 'web']);
  });

  test('an image that cannot be made ready is an error, and nothing starts', async () => {
    const failing = {
      prepare: async () => {
        throw new MayflyError('IMAGE_NOT_FOUND', 'no such image');
      },
    };
    const ran = await runFake(plan(), { images: failing });
    expect(ran).toMatchObject({
      outcome: 'errored',
      problems: [{ code: 'IMAGE_NOT_FOUND' }],
      result: { exitStatus: 2 },
    });
    expect(ran.of('containerStarted')).toEqual([]);
    expect(ran.of('censusTaken')).toMatchObject([{ left: 0 }]);
  });

  test('the time-out of a scenario does not count the time in which its images are made', async () => {
    const plans = plan({ timeoutMs: 20_000, steps: [run('sleep 15')] });
    expect(await runFake(plans, { imagesTakeMs: 90_000 })).toMatchObject({ outcome: 'passed', problems: [] });
    const late = await runFake({ ...plans, timeoutMs: 10_000 }, { imagesTakeMs: 90_000 });
    expect(late.problems).toMatchObject([{ code: 'TIMEOUT' }]);
    expect(late.problems[0]?.message).toContain('the scenario took longer than its time-out of 10.00 s');
  });

  test('images that are not made within their own limit: TIMEOUT, with the limit and how to raise it', async () => {
    const ran = await runFake(plan(), { imagesTakeMs: 90_000, limits: { imagesMs: 80_000 } });
    expect(ran).toMatchObject({
      outcome: 'failed',
      problems: [
        {
          code: 'TIMEOUT',
          message: expect.stringContaining('the images were not ready within the limit of 1 m 20 s'),
          hint: expect.stringContaining('--image-timeout'),
        },
      ],
    });
  });

  test('volumes that an image declares belong to the sandbox', async () => {
    const steps = [run('touch /data/x'), run('test -e /data/x')];
    const images = [
      { name: 'tools', source: { kind: 'registry', reference: 'x' }, configOverrides: {} },
    ] as const;
    expect((await runFake(plan({ steps, images }), { image: { volumes: ['/data'] } })).problems).toEqual([]);
  });
});
