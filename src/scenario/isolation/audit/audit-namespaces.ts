import { readLinkInside } from '../calls.ts';
import { fail, inconclusive, pass } from '../verdict.ts';
import type { Audit, Audited } from './audit.ts';
import { closed, sideOf, untold } from './host-namespaces.ts';

const names = ['pid', 'net', 'mnt', 'ipc', 'uts', 'user', 'cgroup'] as const;

export const namespaceAudits: readonly Audit[] = names.map((name) => ({
  check: `ns.${name}`,
  looked: `the host's /proc/PID/ns/${name}, and from inside /proc/self/ns/${name}`,
  against: "the runner's namespace and that of the host's process 1",
  look: (audited) => lookAtOne(audited, name),
}));

async function lookAtOne({ witness, look }: Audited, name: string) {
  const side = sideOf(witness, name);
  switch (side.kind) {
    case 'closed':
      return closed(`ns/${name}`);
    case 'untold':
      return untold(name);
    case 'unknown':
      return inconclusive("the host's /proc does not tell the runner's own namespaces");
    case 'host':
      return fail(`it is ${side.name}, ${side.whose}`);
    case 'own': {
      const inside = await look('root');
      if ('refused' in inside) return pass(`${side.name}, seen from outside; the host's is ${side.hosts}`);
      const seen = await readLinkInside(inside.probe, `/proc/self/ns/${name}`);
      // Without a /proc of its own the name cannot be read inside; it has been seen from outside.
      return seen === side.name || seen === undefined
        ? pass(
            `${side.name}, seen from outside${seen === undefined ? '' : ' and inside'}; the host's is ${side.hosts}`,
          )
        : fail(`inside it is ${seen}, from outside ${side.name}`);
    }
  }
}
