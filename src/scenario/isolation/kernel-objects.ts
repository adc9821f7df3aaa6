import type { Witness } from '../../core/probe.ts';
import { callOne, outcomeOf } from './calls.ts';
import type { IsolationCheck, Subject, Verdict } from './check.ts';
import { statusField } from './status-fields.ts';
import { fail, inconclusive, notApplicable, pass, unsupported } from './verdict.ts';

/** keyctl(2): KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING */
const [getKeyringId, sessionKeyring] = [0, -3];

export const kernelObjectChecks: readonly IsolationCheck[] = [
  {
    id: 'keyring.isolated',
    claim: 'The session keyring is not the host’s.',
    probed:
      'keyctl(KEYCTL_GET_KEYRING_ID) inside; the number is none of those the host’s /proc/keys shows the runner',
    source: 'keyrings(7), session-keyring(7), proc(5)',
    profile: 'baseline',
    look: compareKeyrings,
  },
  {
    id: 'lsm.profile',
    claim: 'The label of AppArmor or SELinux is the declared one.',
    probed: 'the host’s /proc/PID/attr/current against the runner’s own',
    source: 'apparmor(7), selinux(8); CIS Docker 5.1, 5.2',
    profile: 'baseline',
    look: compareLabels,
  },
];

async function compareKeyrings({ root, witness }: Subject): Promise<Verdict> {
  const inside = await callOne(root, 'keyctl', getKeyringId, sessionKeyring, 0, 0, 0);
  if (inside.error === 'ENOSYS') return notApplicable('this kernel has no keyrings');
  const keys = witness.readSelf('../keys');
  if (inside.error !== undefined) return inconclusive(`keyctl: ${outcomeOf(inside)}`);
  if (keys === undefined) return inconclusive('the host’s /proc/keys cannot be read');
  const number = inside.value.toString(16).padStart(8, '0');
  const line = keys.split('\n').find((each) => each.startsWith(number));
  if (line === undefined)
    return pass(`${number} is none of the ${keys.trim().split('\n').length} keys that the host shows`);
  // Root of the container is the runner's own user then, who is shown its keyrings and the host's in one list.
  return isRoot(witness)
    ? fail(`the host has it: ${line.trim()}`)
    : unsupported(`an ordinary user's keyrings are in one list, inside and outside: ${line.trim()}`);
}

const isRoot = (witness: Witness): boolean => statusField(witness.readSelf('status') ?? '', 'Uid')[1] === '0';

/** No label is declared by a scenario (`security_opt: label` is refused), so it is the one that everything here has. */
async function compareLabels({ witness }: Subject): Promise<Verdict> {
  const own = witness.readSelf('attr/current')?.replace(/\0|\n/g, '');
  if (own === undefined || own === '') return notApplicable('this host has neither AppArmor nor SELinux');
  const label = witness.read('attr/current')?.replace(/\0|\n/g, '');
  if (label === undefined) return inconclusive('its label cannot be read');
  return label === own ? pass(`it is ${label}, as declared`) : fail(`it is ${label}; the runner’s is ${own}`);
}
