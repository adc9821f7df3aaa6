import { expect, test } from 'vitest';
import { planOneShot } from '../../../src/scenario/plan/plan-one-shot.ts';
import { planOf } from './scenario-builder.ts';

test('R18 a run without a service is a container of its own', () => {
  const [step] = planOf({
    networks: { front: null },
    steps: [
      {
        image: 'tools',
        run: ['true'],
        networks: ['front'],
        user: 'app',
        workdir: '/w',
        environment: { A: '1' },
        stdin: 'x',
      },
    ],
  }).steps;
  if (step === undefined) throw new Error('no step');
  expect(planOneShot(step, 'calm_noether', ['true'])).toMatchObject({
    name: 'calm_noether',
    hostname: 'calm_noether',
    entrypoint: [],
    command: ['true'],
    user: 'app',
    workingDir: '/w',
    environment: { A: '1' },
    network: { kind: 'attached', attachments: [{ network: 'front', aliases: [] }] },
    process: { stdin: true, tty: false },
  });
});
