import type { Probe } from '../../core/probe.ts';
import { call, callOne, currentDirectory, open, openFile, outcomeOf } from './calls.ts';
import type { IsolationCheck, Subject, Verdict } from './check.ts';
import { readNewStatus, statusField } from './status-fields.ts';
import { tinyProgram } from './tiny-program.ts';
import { fail, inconclusive, judged, notApplicable, pass, unsupported } from './verdict.ts';

/** Nobody in particular: what it becomes without the bit, and what its exit status then is. */
const [ordinaryUser, ordinaryStatus] = [1000, 1000 & 0xff];
/** sched.h; vfork semantics are not needed. */
const setUidMode = 0o4755;
const places = ['/', '/tmp', '/var/tmp'] as const;

export const privilegeChecks: readonly IsolationCheck[] = [
  {
    id: 'priv.no-new-privs',
    claim: 'No program can give more rights than there were.',
    probed: 'NoNewPrivs of a new process and, as the host sees it, of the main one',
    source: 'prctl(2), PR_SET_NO_NEW_PRIVS; CIS Docker 5.25',
    profile: 'standard',
    look: lookAtFlag,
  },
  {
    id: 'priv.setuid-inert',
    claim: 'A set-user-ID program gains nothing.',
    probed:
      'in a twin: root makes a set-user-ID program, an ordinary user executes it, and it says who it is',
    source: 'execve(2), prctl(2)',
    profile: 'standard',
    inTwin: true,
    look: executeSetUid,
  },
];

async function lookAtFlag(subject: Subject): Promise<Verdict> {
  const inside = await readNewStatus(subject);
  const outside = subject.witness.read('status');
  if ('error' in inside || outside === undefined) return inconclusive('its status cannot be read');
  const flags = [
    ['a new process', inside.text],
    ['the main process', outside],
  ] as const;
  return judged(
    flags
      .map(([who, status]) => [who, statusField(status, 'NoNewPrivs')[0]] as const)
      .filter(([, flag]) => flag !== '1')
      .map(([who, flag]) => `NoNewPrivs of ${who} is ${flag ?? 'unknown'}`),
    ['NoNewPrivs is 1 of a new process and of the main one'],
  );
}

async function executeSetUid(subject: Subject): Promise<Verdict> {
  const twin = await subject.sharedTwin();
  await using probe = await twin.container.probe('itself', subject.signal);
  const machine = await machineOf(twin.root);
  const program = tinyProgram(machine);
  if (program === undefined) return unsupported(`no program for ${machine} is at hand`);
  const path = await writeProgram(twin.root, program);
  if (path === undefined) return notApplicable('nowhere can a program be written that could be executed');
  // The same rights as the service, as far as they decide this; the user alone is another.
  const outcome = await runAs(probe, path);
  if (typeof outcome === 'string') return inconclusive(outcome);
  const said = `the program ran as user ${outcome === ordinaryStatus ? ordinaryUser : outcome}`;
  return outcome === 0 ? fail(said) : outcome === ordinaryStatus ? pass(said) : inconclusive(said);
}

async function machineOf(probe: Probe): Promise<string> {
  const { out } = await callOne(probe, 'uname', { out: 390 });
  return Buffer.from(out[0] ?? [])
    .subarray(260, 325)
    .toString()
    .replace(/\0.*$/s, '');
}

async function writeProgram(probe: Probe, program: Uint8Array): Promise<string | undefined> {
  for (const place of places) {
    const path = `${place === '/' ? '' : place}/.mayfly-set-uid`;
    const results = await probe.calls([
      openFile(path, open.writeOnly | open.create | open.exclusive, 0o755),
      call('write', { result: 0 }, program, program.length),
      call('fchmod', { result: 0 }, setUidMode),
      call('close', { result: 0 }),
    ]);
    if (results.every(({ error }) => error === undefined)) return path;
  }
  return undefined;
}

/** The status it exits with, or why it did not. */
async function runAs(probe: Probe, path: string): Promise<number | string> {
  const who = (await callOne(probe, 'geteuid')).value;
  if (who === 0) {
    const changed = await callOne(probe, 'setresuid', ordinaryUser, ordinaryUser, ordinaryUser);
    if (changed.error !== undefined) return `no ordinary user could be become: ${changed.error}`;
  }
  const executed = probe.calls([call('execveat', currentDirectory, path, 0, 0, 0)]);
  const first = await Promise.race([executed.catch(() => undefined), probe.ended.then(() => undefined)]);
  if (first !== undefined) return `it could not be executed: ${outcomeOf(first[0])}`;
  const { code } = await probe.ended;
  return who === 0 || code === 0 ? code : code === (who & 0xff) ? ordinaryStatus : code;
}
