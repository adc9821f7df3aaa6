import { resolve } from 'node:path';
import { systemClock } from '../../core/clock.ts';
import type { MayflyEvent } from '../../core/event.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import { hostPlatform, renderPlatform } from '../../image/image-platform.ts';
import type { RunContext } from '../../scenario/run/run-context.ts';
import { defaultRunLimits } from '../../scenario/run/run-limits.ts';
import { runScenarios } from '../../scenario/run/run-scenarios.ts';
import type { Flags, FlagValues } from '../arguments/flag.ts';
import { defineCommand } from '../command.ts';
import type { Config } from '../config/config.ts';
import { readConfig } from '../config/find-config.ts';
import { chooseDirectories } from '../host/directories.ts';
import { openEngine } from '../host/open-engine.ts';
import { openImages } from '../host/open-images.ts';
import { applyLocks, LockingImages, unlock } from '../lock/lock-images.ts';
import { readVersion } from '../read-version.ts';
import { openProgress, type Progress } from '../reporting/open-progress.ts';
import { Reports } from '../reporting/open-reports.ts';
import { openOutputFolder } from '../reporting/output-folder.ts';
import { parseReportChoices } from '../reporting/report-choice.ts';
import { watchInterrupts } from '../reporting/watch-interrupts.ts';
import { chooseScenarios } from '../scenarios/choose-scenarios.ts';
import { openSnapshotStore } from '../scenarios/open-snapshot-store.ts';
import { allowedHostPaths, type PlannedScenarios } from '../scenarios/plan-scenarios.ts';
import { planningFlags, selectionFlags } from '../scenarios/planning-flags.ts';
import type { Surroundings } from '../surroundings.ts';

const flags = {
  ...selectionFlags,
  jobs: {
    kind: 'whole',
    value: 'NUMBER',
    least: 1,
    what: 'How many scenarios at once; as many as there are cores by default',
  },
  timeout: { kind: 'duration', value: 'DURATION', what: 'Of scenarios that name none; 2m by default' },
  'image-timeout': {
    kind: 'duration',
    value: 'DURATION',
    what: 'For making the images of a scenario, which its own time-out does not count; 15m by default',
  },
  'fail-fast': { kind: 'switch', what: 'Begin no further scenario after the first that fails' },
  report: {
    kind: 'texts',
    value: 'NAME[=FILE]',
    what: 'table, json, ndjson or junit, to a file or to standard output',
  },
  update: { kind: 'switch', what: 'Rewrite snapshots by what is seen, and remove those nothing asks for' },
  lock: {
    kind: 'switch',
    what: 'Take the newest images and Debian packages, and keep what they are in mayfly.lock beside the scenario',
  },
  locked: { kind: 'switch', what: 'Refuse images that are not those of mayfly.lock' },
  output: { kind: 'text', value: 'DIR', what: 'Keep logs, evidence and what `save` saves' },
  'fail-on-flaky': { kind: 'switch', what: 'Exit with 1 if a scenario passed only when tried again' },
  'fail-on-skipped': { kind: 'switch', what: 'Exit with 1 if a scenario was skipped' },
  ...planningFlags,
} as const satisfies Flags;

type Values = FlagValues<typeof flags>;

export const testCommand = defineCommand({
  flags,
  positional: {
    name: 'paths',
    what: 'Scenario files, or folders of them; by default the folder `scenarios`, or else every `*.mayfly.yaml` below this one',
    most: Number.POSITIVE_INFINITY,
  },
  examples: [
    { line: 'test', what: 'every scenario in `scenarios`' },
    { line: 'test shop.yaml --grep login', what: 'those of a file with `login` in their name' },
    { line: 'test shop.yaml --update', what: 'and take new snapshots' },
    { line: 'test --tag manual', what: 'those that run only when asked for' },
    { line: 'test --report junit=junit.xml --output out', what: 'for a CI server' },
  ],
  notes: [
    'Exit status: 0 all passed, 1 failed, 2 invalid input, 3 the host cannot, 4 error of the engine, 5 something was left behind, 130 interrupted.',
    'A snapshot that is not there yet is written, except where the environment says CI=true: there it fails.',
    'Defaults come from the nearest mayfly.config.yaml: `timeout`, `image_timeout`, `jobs`, `reports`.',
  ],
  async run({ flags: given, positionals }, surroundings) {
    const config = await readConfig(surroundings.workingDirectory);
    const choices = parseReportChoices(given.report.length > 0 ? given.report : (config.reports ?? []));
    const runId = surroundings
      .randomBytes(5)
      .reduce((text, byte) => `${text}${byte.toString(36).padStart(2, '0')}`, '');
    const timeoutMs = given.timeout ?? config.timeoutMs;
    const chosen = await chooseScenarios(
      {
        paths: positionals,
        flags: given,
        purpose: 'run',
        runId,
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
      },
      surroundings,
    );
    if (given.lock && given.locked)
      throw new MayflyError('CLI_USAGE', '`--lock` and `--locked` contradict each other', {
        hint: 'keep one of the two',
      });
    const plan = given.lock ? unlock(chosen) : applyLocks(chosen, platformOf(surroundings), given.locked);
    const reports = await Reports.open(choices, surroundings);
    const isStreaming = choices.some(({ name, file }) => name === 'ndjson' && file === undefined);
    const progress = await openProgress(surroundings, isStreaming);
    using interrupts = watchInterrupts(surroundings, progress);
    const emit = (event: MayflyEvent): void => {
      reports.add(event);
      progress.add(event);
    };
    const context = await openContext(
      { plan, given, config, runId, emit, signal: interrupts.signal },
      surroundings,
    );
    const locking = new LockingImages(context.images);
    const exitStatus = await runAndClose(
      plan,
      given.lock ? { ...context, images: locking } : context,
      progress,
    );
    await reports.finish(); // first: a lock that cannot be written must not cost them
    if (given.lock) await locking.write(plan, surroundings.randomBytes);
    return exitStatus;
  },
});

/** As images say it. */
function platformOf({ machine }: Surroundings): string {
  return renderPlatform(hostPlatform(machine.arch));
}

async function runAndClose(plan: PlannedScenarios, context: RunContext, progress: Progress): Promise<number> {
  try {
    const { exitStatus } = await runScenarios(plan, context);
    return exitStatus;
  } finally {
    progress.close();
  }
}

interface Run extends Pick<RunContext, 'emit' | 'runId' | 'signal'> {
  readonly plan: PlannedScenarios;
  readonly given: Values;
  readonly config: Config;
}

/** Where the parts are put together. */
async function openContext(run: Run, surroundings: Surroundings): Promise<RunContext> {
  const { plan, given, config, emit, runId, signal } = run;
  const { machine, user, monotonicMs, workingDirectory } = surroundings;
  const directories = chooseDirectories(surroundings);
  const engine = await openEngine(plan.seed, directories, surroundings);
  return {
    engine,
    images: await openImages(engine, directories, surroundings),
    emit,
    clock: systemClock(monotonicMs),
    signal,
    runId,
    about: {
      mayflyVersion: readVersion(surroundings),
      startedAt: new Date(surroundings.dateMs()).toISOString(),
      host: {
        platform: machine.platform,
        kernel: machine.kernelRelease,
        user: user.login,
        node: machine.nodeVersion,
      },
    },
    jobs: given.jobs ?? config.jobs ?? machine.cores,
    failFast: given['fail-fast'],
    failOnFlaky: given['fail-on-flaky'],
    failOnSkipped: given['fail-on-skipped'],
    limits: {
      ...defaultRunLimits,
      imagesMs: given['image-timeout'] ?? config.imageTimeoutMs ?? defaultRunLimits.imagesMs,
    },
    scenarioDirectory: plan.directoryOf,
    allowedHostPaths: allowedHostPaths(given),
    snapshots: openSnapshotStore(given.update, plan, surroundings),
    ...(given.output === undefined ? {} : openOutputFolder(resolve(workingDirectory, given.output))),
  };
}
