import type { SystemCall } from '../../core/probe.ts';
import { call, openFile, outcomeOf } from './calls.ts';
import type { IsolationCheck, Subject, Verdict } from './check.ts';
import { readNewStatus, statusField } from './status-fields.ts';
import { inconclusive, judged } from './verdict.ts';

/** A call that must be refused, with arguments that do no harm should it be allowed. */
interface Forbidden {
  readonly name: string;
  readonly call: SystemCall;
  /** What the kernel says without a filter, in a container's namespaces; undefined: the same as with one. */
  readonly unfiltered?: string;
}

const nowhere = '/mayfly/no/such/place';
const bad = 0xffff;
/** clone(2), userfaultfd(2) */
const [newUser, shareFs, userModeOnly] = [0x1000_0000, 0x200, 1];

const forbidden: readonly Forbidden[] = [
  { name: 'mount', call: call('mount', 'none', nowhere, 'tmpfs', 0, 0), unfiltered: 'ENOENT' },
  { name: 'umount2', call: call('umount2', nowhere, 0), unfiltered: 'ENOENT' },
  { name: 'pivot_root', call: call('pivot_root', nowhere, nowhere) },
  { name: 'unshare', call: call('unshare', 1), unfiltered: 'EINVAL' },
  { name: 'setns', call: call('setns', -1, 0), unfiltered: 'EBADF' },
  { name: 'clone(CLONE_NEWUSER)', call: call('clone', newUser | shareFs, 0, 0, 0, 0), unfiltered: 'EINVAL' },
  { name: 'bpf', call: call('bpf', bad, 0, 0) },
  { name: 'keyctl', call: call('keyctl', bad, 0, 0, 0, 0), unfiltered: 'EOPNOTSUPP' },
  { name: 'add_key', call: call('add_key', 0, 0, 0, 0, 0), unfiltered: 'EFAULT' },
  { name: 'perf_event_open', call: call('perf_event_open', 0, 0, -1, -1, 0) },
  { name: 'kexec_load', call: call('kexec_load', 0, 0, 0, bad) },
  { name: 'init_module', call: call('init_module', 0, 0, 0) },
  { name: 'userfaultfd', call: call('userfaultfd', userModeOnly | 0x100), unfiltered: 'EINVAL' },
  { name: 'open_by_handle_at', call: call('open_by_handle_at', -1, 0, 0) },
  { name: 'io_uring_setup', call: call('io_uring_setup', 0, 0) },
  { name: 'swapon', call: call('swapon', nowhere, 0) },
  { name: 'reboot', call: call('reboot', 0, 0, 0, 0) },
  { name: 'settimeofday', call: call('settimeofday', 1, 0), unfiltered: 'EFAULT' },
];

/** Of what the filter says: Docker's default answers EPERM, and ENOSYS to what it does not know. */
const refusals = new Set(['EPERM', 'ENOSYS']);

export const systemCallChecks: readonly IsolationCheck[] = [
  {
    id: 'seccomp.mode',
    claim: 'A filter of system calls is loaded.',
    probed: 'Seccomp in /proc/self/status and, for the main process, in the host’s /proc/PID/status',
    source: 'seccomp(2), proc(5); CIS Docker 5.21',
    profile: 'baseline',
    look: lookAtMode,
  },
  {
    id: 'seccomp.denied',
    claim: `${forbidden.map(({ name }) => name).join(' ')} are really refused.`,
    probed:
      'each is called, with arguments to which a kernel without a filter says something else where it can',
    source: 'seccomp(2); moby, profiles/seccomp/default.json',
    profile: 'baseline',
    look: callForbidden,
  },
];

async function lookAtMode(subject: Subject): Promise<Verdict> {
  const inside = await readNewStatus(subject);
  const outside = subject.witness.read('status');
  if ('error' in inside || outside === undefined) return inconclusive('its status cannot be read');
  const modes = { 'a new process': inside.text, 'the main process': outside };
  const found = Object.entries(modes).map(
    ([who, status]) => [who, statusField(status, 'Seccomp')[0]] as const,
  );
  return judged(
    found
      .filter(([, mode]) => mode !== '2')
      .map(([who, mode]) => `${who} has mode ${mode ?? 'unknown'}, not 2`),
    ['mode 2 (filter) of a new process and of the main one'],
  );
}

async function callForbidden({ probe }: Subject): Promise<Verdict> {
  const control = openFile('/', 0);
  const results = await probe.calls([control, ...forbidden.map((each) => each.call)]);
  if (results[0]?.error !== undefined)
    return inconclusive(`what is allowed was refused, too: ${results[0].error}`);
  const outcomes = forbidden.map((each, at) => ({ ...each, outcome: outcomeOf(results[at + 1]) }));
  return judged(
    outcomes
      .filter(({ outcome, unfiltered }) => !refusals.has(outcome) || outcome === unfiltered)
      .map(({ name, outcome }) => `${name}: ${outcome}`),
    outcomes.map(({ name, outcome }) => `${name}: ${outcome}`),
  );
}
