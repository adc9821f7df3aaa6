import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/core/json.ts';
import type { FakePrograms } from '../../../src/engine/fake/fake-program.ts';
import { httpServer, plan, type Ran, run, runFake, service, step } from '../run/runner-kit.ts';

describe('R17 control', () => {
  const programs: FakePrograms = {
    web: httpServer(80, (_request, response) => response.end('ok')),
    reloads: async (machine) => {
      machine.onSignal('SIGHUP', () => void machine.write('reloaded\n'));
      await machine.sleep(Number.POSITIVE_INFINITY);
      return 0;
    },
    dies: async (machine) => {
      machine.onSignal('SIGHUP', () => machine.exit(1));
      await machine.sleep(Number.POSITIVE_INFINITY);
      return 0;
    },
  };

  async function control(command: string, ...values: readonly JsonObject[]): Promise<Ran> {
    const services = [service('box'), service('web', { command: [command] })];
    const steps = values.map((value) =>
      'url' in value || 'error' in value ? asHttp(value) : step('control', value),
    );
    return runFake(plan({ services, steps }), { programs });
  }

  const works = { url: 'http://web/' };
  const fails = (error: string): JsonObject => ({ url: 'http://web/', error });

  function asHttp({ url = '', error }: JsonObject): ReturnType<typeof step> {
    return step(
      'http',
      { url },
      { in: 'box', timeoutMs: 2_000, ...(error === undefined ? {} : { expect: { error } }) },
    );
  }

  test.each([
    { name: 'stop and start', values: [{ stop: 'web' }, fails('refused'), { start: 'web' }, works] },
    { name: 'restart', values: [{ restart: 'web', grace: '1s' }, works] },
    { name: 'kill and start', values: [{ kill: 'web' }, fails('refused'), { start: 'web' }, works] },
    { name: 'pause and unpause', values: [{ pause: 'web' }, { unpause: 'web' }, works] },
    {
      name: 'disconnect and connect',
      values: [
        { disconnect: 'web', network: 'front' },
        fails('no-name'),
        { connect: 'web', network: 'front' },
        works,
      ],
    },
  ])('$name, and R15 does not mind', async ({ values }) => {
    const ran = await control('web', ...values);
    expect(ran.problems).toEqual([]);
    expect(ran.outcome).toBe('passed');
  });

  test('R15 an end by itself after a restart fails again', async () => {
    const services = [service('box'), service('web', { command: ['once'] })];
    const ran = await runFake(
      plan({ services, steps: [step('control', { restart: 'web' }), run('sleep 60')] }),
      {
        programs: {
          once: async (machine) => {
            const isFirst = machine.files.lookup('/mark') === undefined;
            machine.files.write('/mark', '');
            await machine.sleep(isFirst ? Number.POSITIVE_INFINITY : 1_000);
            return 5;
          },
        },
      },
    );
    expect(ran.problems).toMatchObject([{ code: 'SERVICE_DIED' }]);
  });

  test('a paused service does not answer', async () => {
    expect((await control('web', { pause: 'web' }, works)).problems).toMatchObject([{ code: 'TIMEOUT' }]);
  });

  test('a signal that a service handles is no end', async () => {
    expect((await control('reloads', { kill: 'web', signal: 'hup' })).outcome).toBe('passed');
  });

  test('R15 a service that dies of a signal not meant to end it fails', async () => {
    const services = [service('box'), service('web', { command: ['dies'] })];
    const ran = await runFake(
      plan({ services, steps: [step('control', { kill: 'web', signal: 'SIGHUP' }), run('sleep 5')] }),
      { programs },
    );
    expect(ran.problems).toMatchObject([{ code: 'SERVICE_DIED' }]);
  });

  test.each([
    { value: { stop: 'web', start: 'web' }, code: 'SCENARIO_WRONG_VALUE' },
    { value: {}, code: 'SCENARIO_WRONG_VALUE' },
    { value: { connect: 'web' }, code: 'SCENARIO_MISSING_KEY' },
    { value: { kill: 'web', signal: 'SIGNOPE' }, code: 'SCENARIO_WRONG_VALUE' },
    { value: { stop: 'nobody' }, code: 'SCENARIO_UNDECLARED' },
    { value: { start: 'web' }, code: 'CONTAINER_STATE' },
  ])('$value is refused with $code', async ({ value, code }) => {
    expect((await control('web', value)).problems).toMatchObject([{ code }]);
  });
});
