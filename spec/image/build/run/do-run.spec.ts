import { expect, test } from 'vitest';
import { stepKey } from '../../../../src/image/build/build-cache.ts';
import { emptyBuildConfig } from '../../../../src/image/build/build-config.ts';
import { parseDockerfile } from '../../../../src/image/build/dockerfile/parse-dockerfile.ts';
import { planStages } from '../../../../src/image/build/plan-stages.ts';
import { doRun } from '../../../../src/image/build/run/do-run.ts';
import { type BuildWork, StageBuilder } from '../../../../src/image/build/stage-builder.ts';

const keyWith = async (count: number): Promise<string> => {
  const planned = planStages(await parseDockerfile('FROM scratch\nRUN chown 1:1 /x\n', 'f'));
  const [stage] = planned.stages;
  const [step] = stage?.instructions ?? [];
  if (stage === undefined || step?.parsed.kind !== 'run') throw new Error('no RUN was read');
  // All of it that decides a key.
  const work = {
    planned,
    tools: { ids: { count } },
    request: { network: 'none' },
    stageArguments: { proxies: [] },
  } as unknown as BuildWork;
  const state = { config: emptyBuildConfig, layers: [], history: [], scope: new Map(), ownCommand: false };
  return stepKey((await doRun(new StageBuilder(work, stage), state, step.parsed.run)).key);
};

test('a RUN under one id is another step than one under many; how many does not matter', async () => {
  expect(await keyWith(65_536)).toBe(await keyWith(1_000));
  expect(await keyWith(1)).not.toBe(await keyWith(65_536));
});
