import { isolationChecks } from '../../src/scenario/isolation/check-table.ts';
import { teardownClaim } from '../../src/scenario/isolation/teardown-claim.ts';
import { code, table } from './markdown.ts';

/** docs/isolation-checks.md */
export function renderIsolationChecks(): string {
  const rows = [...isolationChecks, teardownClaim].map(({ id, claim, probed, source, profile }) => [
    code(id),
    claim,
    probed,
    source,
    profile,
  ]);
  return `${head}\n${table(['check', 'claim', 'how it is shown', 'source', 'profile'], rows)}\n`;
}

const head = `<!-- Written by tools/generate-docs.mjs. Do not edit. -->

# Isolation checks

What an \`isolation\` step holds services to. Each claim is tried from inside, by a helper that is entered through a descriptor and needs
nothing of the image, and, where the kernel shows it, seen from outside in the host's own /proc.

- A check ends \`pass\`, \`fail\`, \`inconclusive\` (its positive control did not answer), \`unsupported\` (the host lacks what it
  needs) or \`n/a\` (nothing of the kind was declared). All but \`pass\` and \`n/a\` fail the step, unless \`except\` names the check with a
  reason, which the summary of the step repeats.
- \`profile: baseline\` is what Docker's defaults promise, \`standard\` (the default) what Mayfly promises, \`strict\` what is asked of a service that was
  declared hardened; each holds the ones before it. \`only\` chooses checks by name, \`in\` one service.
- What a service might not survive is done to a twin: a container of the same plan in which nothing runs, with empty volumes and no published ports.
- \`teardown.nothing-left\` holds when all steps are over, so no step can show it: the census at the end of every run does, whatever its steps. What it
  finds makes the outcome \`leaked\` (exit status 5), and the report names it.
`;
