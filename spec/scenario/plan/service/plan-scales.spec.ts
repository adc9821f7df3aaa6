import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../../src/core/json.ts';
import { planOf, problemsOf } from '../scenario-builder.ts';

const tools = (more: JsonObject = {}): JsonObject => ({ image: 'tools', command: ['sleep', '1'], ...more });
const debug = { profiles: ['debug'] };

interface Row {
  readonly name: string;
  readonly services: JsonObject;
  readonly profiles?: readonly string[];
  readonly runs: readonly string[];
}

const rows: readonly Row[] = [
  { name: 'a service without profiles always runs', services: { web: tools() }, runs: ['web'] },
  {
    name: 'one with a profile only when that is active',
    services: { web: tools(), shell: tools(debug) },
    runs: ['web'],
  },
  {
    name: 'one of its profiles is enough',
    services: { web: tools(), shell: tools({ profiles: ['a', 'debug'] }) },
    profiles: ['debug'],
    runs: ['web', 'shell'],
  },
  {
    name: '* is every profile',
    services: { web: tools(), shell: tools(debug) },
    profiles: ['*'],
    runs: ['web', 'shell'],
  },
  {
    name: 'what a service that runs depends on runs, too',
    services: { shell: tools(debug), web: tools({ depends_on: ['shell'] }) },
    runs: ['shell', 'web'],
  },
  {
    name: 'also over several steps, and for a shared network',
    services: {
      a: tools(debug),
      b: tools({ ...debug, network_mode: 'service:a' }),
      web: tools({ depends_on: ['b'] }),
    },
    runs: ['a', 'b', 'web'],
  },
  {
    name: 'not what need not be there',
    services: {
      shell: tools(debug),
      web: tools({ depends_on: { shell: { condition: 'service_started', required: false } } }),
    },
    runs: ['web'],
  },
  { name: 'scale', services: { web: tools({ scale: 2 }) }, runs: ['web[1]', 'web[2]'] },
  {
    name: 'deploy.replicas is the same',
    services: { web: tools({ deploy: { replicas: 2 } }) },
    runs: ['web[1]', 'web[2]'],
  },
  {
    name: 'both, if they say the same',
    services: { web: tools({ scale: 1, deploy: { replicas: 1 } }) },
    runs: ['web'],
  },
  {
    name: 'a scale of 0 is no container',
    services: { web: tools(), off: tools({ scale: 0 }) },
    runs: ['web'],
  },
];

describe('R13 which services run, and how many of each', () => {
  test.each(rows)('R13 $name', ({ services, profiles = [], runs }) => {
    const plan = planOf({ services, steps: [{ wait: '1s' }] }, { profiles });
    expect(plan.services.map(({ name }) => name)).toEqual(runs);
  });

  test('R13 two numbers that differ are a conflict', () => {
    const services = { web: tools({ scale: 1, deploy: { replicas: 2 } }) };
    expect(problemsOf({ services })).toEqual([
      'SCENARIO_CONFLICT at /services/web/scale: `scale` and `deploy.replicas` are two different numbers',
    ]);
  });

  test('R13 a step cannot name a service that does not run', () => {
    const services = { web: tools(), shell: tools(debug) };
    expect(problemsOf({ services, steps: [{ in: 'shell', run: 'true' }] })).toEqual([
      'SCENARIO_CONFLICT at /steps/0/in: `shell` does not run: none of its profiles is active, or its scale is 0',
    ]);
  });
});
