import type { ProcessSpec } from '../../core/container.ts';
import type { Process } from '../../core/engine.ts';
import type { JsonObject } from '../../core/json.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { Step } from '../../core/scenario.ts';
import { settledWithin } from '../run/abortable.ts';
import { planExec } from '../run/plan-exec.ts';
import { type ProcessOutput, readOutput } from '../run/read-output.ts';
import { renderLimitHit } from '../run/render-exit.ts';
import { shellArgv } from './shell-argv.ts';
import { defineStep, type Performed, type StepWorld } from './step-definition.ts';
import { textOf, textOrBytes } from './text-or-bytes.ts';

/** The argument list, given the shell of the image it will run in. */
type PlanArgv = (imageShell: readonly string[]) => readonly string[];

/** `run`: a command in a service, or in a container of its own. */
export const runStepKind = defineStep<PlanArgv>({
  kind: 'run',
  factUnits: { duration: 'ms' },
  defaultExpect: expectExit,
  normalize(value, step) {
    if (Array.isArray(value)) {
      if (value.length === 0)
        throw new MayflyError('SCENARIO_WRONG_VALUE', '`run` takes a text or a list of at least one word');
      return () => value.map(String);
    }
    const text = String(value);
    return (imageShell) => shellArgv(text, imageShell, step.shell);
  },
  async perform(planArgv, step, world, signal) {
    const startedAtMs = world.clock.nowMs();
    const output =
      step.in === undefined
        ? await runAlone(planArgv, step, world, signal)
        : await runInService(planArgv, step.in, step, world, signal);
    return performed(step.tty ? asWritten(output) : output, world.clock.nowMs() - startedAtMs);
  },
});

/** R3: an `expect` that says nothing of how it ends still expects exit status 0. */
function expectExit(expect: JsonObject): JsonObject {
  return 'exit' in expect || 'signal' in expect ? {} : { exit: 0 };
}

async function runInService(
  planArgv: PlanArgv,
  name: string,
  step: Step,
  world: StepWorld,
  signal: AbortSignal,
): Promise<ProcessOutput> {
  const service = world.service(name);
  const spec = planExec(service.spec, planArgv(service.image.config.shell), changeOf(step));
  const output = await collect(await service.container.exec(spec, signal), spec, step, world, signal);
  // The kernel ends all processes of a container with its first. Why that ended is what matters, and fails the scenario.
  if (output.status.signal === 'SIGKILL' && !service.endExpected) {
    await settledWithin(service.ended, world.limits.drainMs, world.clock);
    if (service.isOver) await world.clock.sleep(world.limits.drainMs, signal);
  }
  return output;
}

async function runAlone(
  planArgv: PlanArgv,
  step: Step,
  world: StepWorld,
  signal: AbortSignal,
): Promise<ProcessOutput> {
  await using oneShot = await world.openOneShot(step, planArgv, signal);
  return await collect(oneShot.container.main, oneShot.process, step, world, signal);
}

function changeOf({ user, workdir, environment, stdin, tty }: Step): Parameters<typeof planExec>[2] {
  return {
    ...(user === undefined ? {} : { user }),
    ...(workdir === undefined ? {} : { workingDir: workdir }),
    ...(environment === undefined ? {} : { environment }),
    stdin: stdin !== undefined,
    tty,
  };
}

async function collect(
  process: Process,
  { stdin }: ProcessSpec,
  step: Step,
  world: StepWorld,
  signal: AbortSignal,
): Promise<ProcessOutput> {
  if (stdin) feed(process, step.stdin ?? '', step.tty);
  return readOutput(process, { limits: world.limits, clock: world.clock, signal });
}

/** A program may end without reading its input: the broken pipe is no failure of the step. */
function feed(process: Process, text: string, tty: boolean): void {
  process.stdin?.on('error', () => {});
  if (tty) process.stdin?.write(`${text}${text === '' || text.endsWith('\n') ? '' : endOfFile}${endOfFile}`);
  else process.stdin?.end(text);
}

/** A terminal's own: at the start of a line it is the end of the input, within one it only hands on what is there. */
const endOfFile = '\x04';

/** A terminal puts a carriage return before each newline (termios(3), ONLCR): what is judged is what the program wrote. */
function asWritten({ status, ...streams }: ProcessOutput): ProcessOutput {
  const undo = (bytes: Buffer): Buffer =>
    Buffer.from(bytes.toString('latin1').replaceAll('\r\n', '\n'), 'latin1');
  return { status, stdout: undo(streams.stdout), stderr: undo(streams.stderr), output: undo(streams.output) };
}

function performed({ status, stdout, stderr, output }: ProcessOutput, durationMs: number): Performed {
  const wrote = { stdout: textOf(stdout), stderr: textOf(stderr) };
  return {
    facts: {
      exit: status.code,
      ...(status.signal === undefined ? {} : { signal: status.signal }),
      stdout: textOrBytes(stdout),
      stderr: textOrBytes(stderr),
      output: textOrBytes(output),
      duration: durationMs,
    },
    end: { limitHit: renderLimitHit(status), ...wrote },
    captures: { ...wrote, output: textOf(output), exit: status.code },
    evidence: stdout,
  };
}
