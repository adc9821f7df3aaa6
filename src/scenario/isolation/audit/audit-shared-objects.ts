import type { Verdict } from '../check.ts';
import { lookFor, shared } from '../shared-objects.ts';
import { fail, pass } from '../verdict.ts';
import type { Audit, Audited } from './audit.ts';
import { notApart } from './host-namespaces.ts';

export const sharedObjectAudits: readonly Audit[] = [
  ...shared.map((kind): Audit => {
    const namespace = kind.ofNetwork === true ? 'net' : 'ipc';
    return {
      check: kind.id,
      claim: kind.claim.replace('another’s', 'the host’s'),
      looked: `the ${namespace} namespace; and something of the kind is made in the runner's, looked for from inside, and removed`,
      against: 'what the host has',
      look: async ({ witness, look, clock }) => {
        const together = notApart(witness, namespace, 'it has those of the host');
        if (together !== undefined) return together;
        const [inside, outside] = [await look('root'), await look('host')];
        if ('refused' in inside || 'refused' in outside)
          return pass(`${witness.read(`ns/${namespace}`)} is not the host's`);
        return lookFor(kind, { root: inside.probe, clock }, { name: 'the host', root: outside.probe });
      },
    };
  }),
  {
    check: 'uts.hostname',
    looked: 'the UTS namespace; no name is changed to try it',
    against: "the runner's namespace",
    look: lookAtName,
  },
];

function lookAtName({ witness }: Audited): Verdict {
  const together = notApart(witness, 'uts', 'a change would be a change of the host');
  if (together?.result === 'fail') return fail(...together.evidence);
  return together ?? pass(`the name belongs to ${witness.read('ns/uts')}, which is not the host's`);
}
