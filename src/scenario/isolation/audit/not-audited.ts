import { notApplicable } from '../verdict.ts';
import type { Audit } from './audit.ts';

/** Claims about what Mayfly's own engine makes, or that only changing the container could show. */
const reasons: Readonly<Record<string, string>> = {
  'ns.siblings': 'one process is looked at, and nothing beside it',
  'pid.init-reaps': 'a dead child would have to be left in it',
  'pid.no-signal-sibling': 'one process is looked at, and nothing beside it',
  'fs.image-untouched': 'it takes a second container of the same image',
  'fs.symlink-escape': "it is a claim about Mayfly's own way of copying files",
  'limit.': 'no limit was declared, and running into one would harm it',
  'net.': 'it takes the other containers of a scenario',
};

/** A whole family may have one reason. */
export function notAudited(check: string): Audit {
  const [family = ''] = check.split(/(?<=\.)/);
  const reason = reasons[check] ?? reasons[family] ?? 'it takes a container of a scenario';
  return {
    check,
    looked: `nothing: ${reason}`,
    against: '–',
    look: () => notApplicable(`not looked at: ${reason}`),
  };
}
