import { defaultCapabilities } from '../../../core/container-defaults.ts';
import type { ForeignWitness } from '../../../core/foreign-process.ts';
import { dangerous, maskIn, maskOf, namesOf, sets } from '../capabilities.ts';
import type { Verdict } from '../check.ts';
import { statusField } from '../status-fields.ts';
import { fail, inconclusive, judged, notApplicable, pass, unsupported } from '../verdict.ts';
import type { Audit, Audited } from './audit.ts';
import { closed } from './host-namespaces.ts';

/** moby, oci/caps/defaults.go. */
const dockersDefault = [...defaultCapabilities, 'NET_RAW'];

export const rightsAudits: readonly Audit[] = [
  {
    check: 'caps.exact',
    claim: "It has no capability beside Docker's default set.",
    looked: "the five sets in the host's /proc/PID/status",
    against: "no more than Docker's default set; inheritable and ambient none",
    look: compareSets,
  },
  {
    check: 'caps.no-dangerous',
    looked: "the bounding, permitted and effective sets in the host's /proc/PID/status",
    against: 'none of those named',
    look: lookForDangerous,
  },
  {
    check: 'priv.no-new-privs',
    looked: "NoNewPrivs in the host's /proc/PID/status",
    against: '1',
    look: ({ witness }) => flagOf(witness, 'NoNewPrivs', '1'),
  },
  {
    check: 'priv.setuid-inert',
    looked:
      "NoNewPrivs in the host's /proc/PID/status, with which none gains anything; no program is made to try it",
    against: '1',
    look: lookAtSetUid,
  },
  {
    check: 'seccomp.mode',
    looked: "Seccomp in the host's /proc/PID/status",
    against: '2 (filter)',
    look: ({ witness }) => flagOf(witness, 'Seccomp', '2'),
  },
  {
    check: 'seccomp.denied',
    claim: 'Dangerous system calls are really refused.',
    looked:
      'whether there is a filter at all: nothing of ours can be under it, so that what it refuses cannot be told',
    against: 'a filter',
    look: lookAtFilter,
  },
  {
    check: 'keyring.isolated',
    looked: 'nothing: a session keyring is shown to its own process only',
    against: '–',
    look: () =>
      unsupported(
        'a session keyring is shown to its own process only, and a helper has the one it came with',
      ),
  },
  {
    check: 'lsm.profile',
    claim: 'A profile of AppArmor or SELinux confines it, where the host has one.',
    looked: "the host's /proc/PID/attr/current",
    against: "another label than the runner's, and none that confines nothing (unconfined, complain, spc_t)",
    look: compareLabels,
  },
  {
    check: 'rlimits.exact',
    looked: 'nothing: no limits were declared to Mayfly',
    against: '–',
    look: () => notApplicable('no limits were declared'),
  },
  {
    check: 'oom.score',
    claim: 'It is not spared at the cost of others when memory ends.',
    looked: "the host's /proc/PID/oom_score_adj",
    against: '0, or more: it is not spared at the cost of others',
    look: lookAtScore,
  },
];

function compareSets({ witness }: Audited): Verdict {
  const status = witness.read('status');
  if (status === undefined) return closed('status');
  const allowed = maskOf(dockersDefault);
  const beside = new Map<bigint, readonly string[]>();
  for (const set of sets) {
    const more = maskIn(status, set) & ~(set === 'CapAmb' || set === 'CapInh' ? 0n : allowed);
    if (more !== 0n) beside.set(more, [...(beside.get(more) ?? []), set]);
  }
  return judged(
    [...beside].map(([more, names]) => `${names.join(' ')}: beside the default ${namesOf(more)}`),
    [`bounding: ${namesOf(maskIn(status, 'CapBnd'))}`, `effective: ${namesOf(maskIn(status, 'CapEff'))}`],
  );
}

function lookForDangerous({ witness }: Audited): Verdict {
  const status = witness.read('status');
  if (status === undefined) return closed('status');
  const can = ['CapBnd', 'CapEff', 'CapPrm'].reduce((all, set) => all | maskIn(status, set), 0n);
  const found = dangerous.filter((name) => (can & maskOf([name])) !== 0n);
  return found.length > 0 ? fail(`it can have ${found.join(' ')}`) : pass(`it can have ${namesOf(can)}`);
}

function flagOf(witness: ForeignWitness, name: string, wanted: string): Verdict {
  const status = witness.read('status');
  if (status === undefined) return closed('status');
  const [flag] = statusField(status, name);
  if (flag === undefined) return inconclusive(`the kernel does not tell ${name}`);
  return flag === wanted ? pass(`${name} is ${flag}`) : fail(`${name} is ${flag}, not ${wanted}`);
}

function lookAtSetUid({ witness }: Audited): Verdict {
  const flag = flagOf(witness, 'NoNewPrivs', '1');
  return flag.result === 'fail'
    ? inconclusive('NoNewPrivs is 0, and no set-user-ID program is made in it to be tried')
    : flag;
}

function lookAtFilter({ witness }: Audited): Verdict {
  const flag = flagOf(witness, 'Seccomp', '2');
  return flag.result === 'pass'
    ? unsupported('there is a filter, and nothing of ours can be under it to try what it refuses')
    : flag;
}

function compareLabels({ witness }: Audited): Verdict {
  const own = labelOf(witness.readSelf('attr/current'));
  if (own === undefined) return notApplicable('this host has neither AppArmor nor SELinux');
  const label = labelOf(witness.read('attr/current'));
  if (label === undefined) return closed('attr/current');
  if (label === own) return fail(`it is ${label}, as the runner’s own`);
  return confinesNothing.test(label)
    ? fail(`it is ${label}, which confines nothing`)
    : pass(`it is ${label}`);
}

/** apparmor(7): `unconfined`, or the mode after a profile's name; of SELinux the types of who may do everything, and of super-privileged containers. */
const confinesNothing =
  /^unconfined$|\((?:unconfined|complain)\)$|:(?:unconfined\w*_t|spc_t|kernel_t|init_t)(?::|$)/;

function labelOf(text: string | undefined): string | undefined {
  const label = text?.replace(/\0|\n/g, '');
  return label === '' ? undefined : label;
}

function lookAtScore({ witness }: Audited): Verdict {
  const score = witness.read('oom_score_adj')?.trim();
  if (score === undefined) return closed('oom_score_adj');
  return Number(score) < 0 ? fail(`it is ${score}: others are killed before it`) : pass(`it is ${score}`);
}
