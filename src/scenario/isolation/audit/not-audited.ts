import { notApplicable } from '../verdict.ts';
import type { Audit } from './audit.ts';

/** Claims that are about what Mayfly's own engine makes, or that only changing the container could show. */
const reasons: Readonly<Record<string, string>> = {
  'ns.siblings': 'one process is looked at, and nothing beside it',
  'pid.init-reaps': 'a dead child would have to be left in it',
  'pid.no-signal-sibling': 'one process is looked at, and nothing beside it',
  'fs.image-untouched': 'it takes a second container of the same image',
  'fs.symlink-escape': "it is a claim about Mayfly's own way of copying files",
};

export const notAudited: readonly Audit[] = Object.entries(reasons).map(([check, reason]) => ({
  check,
  looked: `nothing: ${reason}`,
  against: '–',
  look: () => notApplicable(`not looked at: ${reason}`),
}));
