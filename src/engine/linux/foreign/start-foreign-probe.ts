import type { Process } from '../../../core/engine.ts';
import type { ForeignRights } from '../../../core/foreign-process.ts';
import { MayflyError } from '../../../core/mayfly-error.ts';
import type { Probe, Witness } from '../../../core/probe.ts';
import { LauncherClient } from '../client/launcher-client.ts';
import { LinuxProcess } from '../container/linux-process.ts';
import type { Host } from '../host.ts';
import type { Stdio } from '../plan/plan-process.ts';
import { LinuxProbe } from '../probe/linux-probe.ts';
import { abandonProcess, expectOrAbandon } from '../sandbox/abandon-process.ts';
import { SlotPool } from '../sandbox/slot-pool.ts';
import { openStdio } from '../sandbox/stdio.ts';
import { noSlot, type Tape } from '../tape/op.ts';
import { readCredentials } from './foreign-credentials.ts';
import {
  foreignSlots,
  foreignSpec,
  planEnterProcesses,
  planForeignProbe,
  planHostProbe,
  planOpenNamespaces,
  type UserEntry,
} from './plan-foreign-probe.ts';

export interface ForeignTarget {
  readonly witness: Witness;
  isThere(): boolean;
}

export interface ForeignOptions {
  readonly launcherPath: string;
  readonly user: { readonly uid: number };
  /** Numbers of this machine's system calls. */
  readonly systemCalls: Readonly<Record<string, number>>;
}

/** A helper with a server of the launcher to itself, which ends with it. */
export async function startForeignProbe(
  host: Host,
  options: ForeignOptions,
  target: ForeignTarget,
  rights: ForeignRights,
  signal: AbortSignal,
): Promise<Probe> {
  signal.throwIfAborted();
  const isRoot = options.user.uid === 0;
  const plan = rights === 'host' ? planOnHost(isRoot) : planInside(target, rights, isRoot);
  const launcher = host.spawnLauncher(options.launcherPath);
  const server = new LauncherClient(launcher.channel);
  const close = async (): Promise<void> => {
    server.close();
    await launcher.ended;
  };
  try {
    await server.perform(plan.open);
    // It is there still, so that its number was its own when the server opened it.
    if (!target.isThere()) throw gone(target);
    return closingWith(await startIn(server, plan, options.systemCalls), close);
  } catch (error) {
    await close();
    throw target.isThere() ? notPermitted(error) : gone(target);
  }
}

interface ProbePlan {
  readonly open: Tape;
  readonly enter: Tape;
  readonly tape: (stdio: Stdio) => Tape;
  /** What is cloned is the parent of the helper. */
  readonly isNested: boolean;
}

const planOnHost = (isRoot: boolean): ProbePlan => ({
  open: [{ kind: 'selfImage', into: foreignSlots.self }],
  enter: [],
  tape: (stdio) => planHostProbe(isRoot, stdio),
  isNested: false,
});

/** @throws MayflyError PROBE_NOT_PERMITTED */
function planInside({ witness }: ForeignTarget, rights: 'itself' | 'root', isRoot: boolean): ProbePlan {
  const its = witness.read('ns/user');
  const isShared = its === witness.readSelf('ns/user');
  if (!isRoot && (isShared || its === undefined)) throw refused('its namespaces can be entered by root only');
  const credentials = readCredentials(witness, rights);
  if (credentials === undefined) throw refused('its user namespace has no number for the helper');
  const user: UserEntry = isShared ? 'not at all' : isRoot ? 'at last' : 'at first';
  return {
    open: planOpenNamespaces(witness.pid),
    enter: planEnterProcesses(user),
    tape: (stdio) => planForeignProbe(credentials, user, stdio),
    isNested: user === 'at first',
  };
}

async function startIn(
  server: LauncherClient,
  { enter, tape, isNested }: ProbePlan,
  systemCalls: ForeignOptions['systemCalls'],
): Promise<LinuxProbe> {
  const slots = new SlotPool(foreignSlots.firstFree);
  const stdio = openStdio(server, slots, foreignSpec(), nobodys);
  const process = expectOrAbandon(server, slots, stdio, [], (id) => {
    const given = stdio.forChild(id);
    if (given.kind !== 'pipes' || given.stdin === undefined) throw new RangeError('a probe has three pipes');
    const { stdin, stdout, stderr } = given;
    return tape({ stdin, stdout, stderr, isTerminal: false });
  });
  try {
    await server.perform([
      ...stdio.before,
      ...enter,
      { kind: 'clone', flags: 0, process: process.id, pidfd: noSlot, tape: process.tape },
      { kind: 'release', process: process.id },
      ...stdio.after(process.id),
    ]);
    const pid = await process.started;
    const running = new LinuxProcess(server, process, stdio, pid, async () => ({ oomKilled: false }));
    return await LinuxProbe.greet(isNested ? endedByParent(running) : running, systemCalls);
  } catch (error) {
    await abandonProcess(server, process, stdio, [], error as Error);
    throw error;
  }
}

/** Its parent hands on every signal but SIGKILL, and reaps it: else a dead child would be left to who knows whom. */
const endedByParent = (parent: LinuxProcess): Process => ({
  pid: parent.pid,
  stdin: parent.stdin,
  stdout: parent.stdout,
  stderr: parent.stderr,
  exited: parent.exited,
  kill: () => parent.kill('SIGTERM'),
  resize: async () => {},
});

/** Pipes stay whose they are: the helper has them open already. */
const nobodys = { uid: 0, gid: 0, groups: [], home: '/' };

function closingWith(probe: LinuxProbe, close: () => Promise<void>): Probe {
  return {
    environment: probe.environment,
    ended: probe.ended,
    calls: (calls) => probe.calls(calls),
    [Symbol.asyncDispose]: async () => {
      await probe[Symbol.asyncDispose]();
      await close();
    },
  };
}

function notPermitted(error: unknown): unknown {
  if (!(error instanceof MayflyError) || error.code === 'PROBE_NOT_PERMITTED') return error;
  return new MayflyError('PROBE_NOT_PERMITTED', `its namespaces cannot be entered: ${error.message}`, {
    cause: error,
  });
}

const refused = (why: string): MayflyError => new MayflyError('PROBE_NOT_PERMITTED', why);

const gone = ({ witness }: ForeignTarget): MayflyError =>
  new MayflyError('TARGET_GONE', `process ${witness.pid} ended while it was looked at`);
