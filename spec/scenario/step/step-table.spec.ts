import { describe, expect, test } from 'vitest';
import { stepKinds } from '../../../src/core/step-kind.ts';
import { shellArgv } from '../../../src/scenario/step/shell-argv.ts';
import { availableStepKinds, stepDefinition } from '../../../src/scenario/step/step-table.ts';

describe('the table of steps', () => {
  test('R17 has each kind once, in the order of the language; every other is not available yet', () => {
    expect(availableStepKinds).toEqual(stepKinds.filter((kind) => availableStepKinds.includes(kind)));
    expect(availableStepKinds.length).toBeGreaterThanOrEqual(12);
    for (const kind of stepKinds.filter((one) => !availableStepKinds.includes(one))) {
      expect(() => stepDefinition(kind)).toThrow(
        expect.objectContaining({ code: 'LANGUAGE_NOT_AVAILABLE_YET' }),
      );
    }
  });
});

describe('R17 the shell of a text', () => {
  test.each([
    { image: ['/bin/sh', '-c'], shell: undefined, argv: ['/bin/sh', '-e', '-c', 'x'] },
    {
      image: ['/bin/bash', '-o', 'pipefail', '-c'],
      shell: undefined,
      argv: ['/bin/bash', '-o', 'pipefail', '-e', '-c', 'x'],
    },
    { image: ['/usr/bin/python3', '-c'], shell: undefined, argv: ['/usr/bin/python3', '-c', 'x'] },
    { image: ['/bin/sh', '-c'], shell: ['bash'], argv: ['bash', '-e', '-c', 'x'] },
    { image: ['/bin/sh', '-c'], shell: ['bash', '-c'], argv: ['bash', '-c', 'x'] },
    { image: ['/bin/sh', '-c'], shell: ['node', '-e'], argv: ['node', '-e', 'x'] },
  ])('image $image, shell $shell', ({ image, shell, argv }) => {
    expect(shellArgv('x', image, shell)).toEqual(argv);
  });
});
