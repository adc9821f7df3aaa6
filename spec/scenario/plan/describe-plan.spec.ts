import { expect, test } from 'vitest';
import { describePlan } from '../../../src/scenario/plan/describe-plan.ts';
import { planOf } from './scenario-builder.ts';

test('a plan is described for people', () => {
  const plan = planOf({
    images: { tools: { host: ['sh', 'cat'] } },
    networks: { back: { ipam: { config: [{ subnet: '10.20.0.0/24' }] } } },
    volumes: { data: null },
    services: {
      web: {
        image: 'tools',
        command: 'sh -c true',
        networks: ['back'],
        depends_on: ['db'],
        ports: ['127.0.0.1:8080:80', '[::1]::80'],
        volumes: ['data:/d:ro', './x:/x'],
        mem_limit: '64m',
      },
      db: {
        image: 'tools',
        networks: ['back'],
        ready: { all: [{ port: 5432 }, { any: [{ log: 'up' }, { file: '/f' }] }] },
      },
    },
    steps: [{ in: 'web', run: 'true', expect: { stdout: 'x', exit: 0 } }],
  });
  expect(describePlan(plan)).toMatchObject({
    images: [{ name: 'tools', source: 'host: sh, cat' }],
    networks: [{ name: 'back', subnets: ['10.20.0.0/24'], egress: false, members: ['db', 'web'] }],
    volumes: ['data'],
    services: [
      { name: 'db', command: '', dependsOn: [], ready: 'port 5432 and (log up or file /f)' },
      {
        name: 'web',
        command: 'sh -c true',
        dependsOn: ['db'],
        ready: '',
        ports: ['127.0.0.1:8080 → 80/tcp', '[::1]:any → 80/tcp'],
        mounts: ['volume data on /d (read-only)', '/work/scenarios/x on /x (read-only)'],
        limits: { memoryBytes: 2 ** 26 },
      },
    ],
    steps: [{ name: 'run true', kind: 'run', in: 'web', expects: ['stdout', 'exit'] }],
  });
});
