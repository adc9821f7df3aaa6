import type { RunInstruction } from '../dockerfile/parsed-instruction.ts';
import type { RunMount } from '../dockerfile/run-mount.ts';
import type { StageBuilder, Step } from '../stage-builder.ts';
import type { StageState } from '../stage-state.ts';
import { describeMounts, openMounts } from './open-mounts.ts';
import { planRun } from './plan-run.ts';
import { runStep } from './run-step.ts';

/** A RUN as a step. Proxies, secrets and what caches hold are not in its key: they do not decide what it makes. */
export async function doRun(
  builder: StageBuilder,
  state: StageState,
  instruction: RunInstruction,
): Promise<Step & { readonly argv: readonly string[] }> {
  const { tools, sandbox, stageArguments, request } = builder.work;
  const run = planRun(instruction, state, stageArguments.proxies);
  const keyed = planRun(instruction, state, []);
  const hasNetwork = request.network !== 'none' && instruction.network !== 'none';
  const { workingDir, user } = state.config;
  const mounts = instruction.mounts.map((mount) => expandMount(mount, (word) => builder.expand(state, word)));
  return {
    argv: run.argv,
    // With one id alone every file becomes root's: another layer than with many.
    key: [
      'run',
      keyed,
      workingDir,
      user,
      hasNetwork,
      tools.ids.count > 1,
      await describeMounts(mounts, builder),
    ],
    make: async (onText) => {
      await using opened = await openMounts(mounts, workingDir, builder);
      const place = { state, run, mounts: opened.specs, secretEnvironment: opened.environment, hasNetwork };
      return await runStep(place, request.sourceDateEpoch, sandbox, tools, onText);
    },
  };
}

function expandMount(mount: RunMount, expand: (word: string) => string): RunMount {
  switch (mount.kind) {
    case 'bind': {
      const from = mount.from === undefined ? undefined : expand(mount.from);
      return { ...mount, target: expand(mount.target), source: expand(mount.source), from };
    }
    case 'cache':
      return { ...mount, target: expand(mount.target), id: expand(mount.id) };
    case 'tmpfs':
      return { ...mount, target: expand(mount.target) };
    case 'secret':
      return { ...mount, target: mount.target === undefined ? undefined : expand(mount.target) };
    default:
      return mount satisfies never;
  }
}
