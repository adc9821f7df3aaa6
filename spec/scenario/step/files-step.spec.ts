import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/core/json.ts';
import { plan, type Ran, run, runFake, step } from '../run/runner-kit.ts';

describe('R17 files', () => {
  const prepare = run('mkdir /d; echo 1234 > /d/f; chmod 640 /d/f; ln -s d/f /l');

  async function look(value: Json): Promise<Ran> {
    return runFake(plan({ steps: [prepare, step('files', value, { in: 'box' })] }));
  }

  test.each([
    { name: 'exists', value: [{ path: '/d/f', exists: true }], outcome: 'passed' },
    { name: 'exists, not there', value: [{ path: '/none', exists: true }], outcome: 'failed' },
    { name: 'exists: false', value: [{ path: '/none', exists: false }], outcome: 'passed' },
    { name: 'exists: false, but there', value: [{ path: '/d/f', exists: false }], outcome: 'failed' },
    {
      name: 'anything of a file that is not there',
      value: [{ path: '/none', mode: '0640' }],
      outcome: 'failed',
    },
    {
      name: 'type',
      value: [
        { path: '/d', type: 'directory' },
        { path: '/d/f', type: 'file' },
      ],
      outcome: 'passed',
    },
    { name: 'another type', value: [{ path: '/d', type: 'file' }], outcome: 'failed' },
    { name: 'mode', value: [{ path: '/d/f', mode: '0640' }], outcome: 'passed' },
    { name: 'mode with three digits', value: [{ path: '/d/f', mode: '640' }], outcome: 'passed' },
    { name: 'another mode', value: [{ path: '/d/f', mode: '0644' }], outcome: 'failed' },
    {
      name: 'owner and group by name',
      value: [{ path: '/d/f', owner: 'root', group: 'root' }],
      outcome: 'passed',
    },
    { name: 'owner and group by number', value: [{ path: '/d/f', owner: 0, group: 0 }], outcome: 'passed' },
    { name: 'another owner', value: [{ path: '/d/f', owner: 'postgres' }], outcome: 'failed' },
    { name: 'size with a unit', value: [{ path: '/d/f', size: { lt: '1k', gt: 4 } }], outcome: 'passed' },
    { name: 'content', value: [{ path: '/d/f', content: '1234' }], outcome: 'passed' },
    {
      name: 'sha256',
      value: [{ path: '/d/f', sha256: 'a883dafc480d466ee04e0d6da986bd78eb1fdd2178d04693723da3a8f95d42f4' }],
      outcome: 'passed',
    },
    { name: 'a link is followed', value: [{ path: '/l', type: 'file', content: '1234' }], outcome: 'passed' },
    { name: 'a link itself', value: [{ path: '/l', type: 'symlink', target: 'd/f' }], outcome: 'passed' },
    { name: 'another target', value: [{ path: '/l', target: 'd/g' }], outcome: 'failed' },
    { name: 'R3 an empty list', value: [], outcome: 'errored' },
    { name: 'R3 a path alone', value: [{ path: '/d/f' }], outcome: 'errored' },
  ])('$name: $outcome', async ({ value, outcome }) => {
    expect((await look(value)).outcome).toBe(outcome);
  });

  test('every check that fails is told, with its path', async () => {
    const ran = await look([
      { path: '/d/f', mode: '0644', owner: 'postgres' },
      { path: '/none', exists: true },
    ]);
    expect(ran.problems.map(({ subject }) => subject)).toEqual(['/d/f mode', '/d/f owner', '/none']);
  });

  test('R5 a file over the limit is an error', async () => {
    const ran = await runFake(
      plan({ steps: [prepare, step('files', [{ path: '/d/f', content: 'x' }], { in: 'box' })] }),
      { limits: { fileBytes: 2 } },
    );
    expect(ran.problems).toMatchObject([{ code: 'OUTPUT_LIMIT' }]);
  });
});
