import { describe, expect, test } from 'vitest';
import type { FakeProgram } from '../../../src/engine/fake/fake-program.ts';
import { plan, run, runFake, service } from './runner-kit.ts';

const forever = Number.POSITIVE_INFINITY;

describe('logs', () => {
  test('come as events, in order, by stream, and whole to --output', async () => {
    const program: FakeProgram = async (machine) => {
      for (const piece of ['one\ntw', 'o\r\n', 'three']) await machine.write(piece);
      await machine.writeError('oops\n');
      await machine.sleep(1_000);
      return 0;
    };
    const ran = await runFake(
      plan({ services: [service('box'), service('talker', { command: ['talker'], exits: 0 })] }),
      { programs: { talker: program } },
    );
    const lines = ran.of('logWritten').filter(({ container }) => container === 'talker');
    expect(lines.filter(({ stream }) => stream === 'stdout').map(({ line }) => line)).toEqual([
      'one',
      'two',
      'three',
    ]);
    expect(lines.filter(({ stream }) => stream === 'stderr').map(({ line }) => line)).toEqual(['oops']);
    expect(ran.saved.get('shop.yaml/talker.log')?.split('\n').toSorted()).toEqual([
      '',
      'one',
      'oops',
      'three',
      'two',
    ]);
  });

  test('R8 are masked, also across chunks; so is everything else', async () => {
    const secrets = { PASSWORD: 's3cr3t-value' };
    const program: FakeProgram = async (machine) => {
      await machine.write('password is s3cr3');
      await machine.write('t-value!\n');
      await machine.sleep(forever);
      return 0;
    };
    const steps = [
      run('echo s3cr3t-value', { name: 'says s3cr3t-value', save: 'out.txt', expect: { stdout: 'other' } }),
    ];
    const ran = await runFake(plan({ secrets, services: [service('box', { command: ['talker'] })], steps }), {
      programs: { talker: program },
    });
    const everything = JSON.stringify(ran.events) + [...ran.saved.values()].join();
    expect(ran.outcome).toBe('failed');
    expect(everything).toContain('password is ***!');
    expect(everything).not.toContain('s3cr3t-value');
    expect(ran.saved.get('shop.yaml/out.txt')).toBe('***\n');
  });

  test('R8 a matcher sees the secret itself', async () => {
    const ran = await runFake(
      plan({
        secrets: { P: 's3cr3t-value' },
        steps: [run('echo s3cr3t-value', { expect: { stdout: '${{ secrets.P }}' } })],
      }),
    );
    expect(ran.outcome).toBe('passed');
  });
});
