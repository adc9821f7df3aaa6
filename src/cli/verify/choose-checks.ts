import { didYouMean } from '../../core/did-you-mean.ts';
import { isolationProfiles } from '../../core/isolation-facts.ts';
import { MayflyError, MayflyErrors } from '../../core/mayfly-error.ts';
import type { AuditedClaim } from '../../scenario/isolation/audit/audited-checks.ts';

export interface ChosenChecks {
  readonly profile: string;
  readonly checks: readonly AuditedClaim[];
  /** Reasons by check. */
  readonly exceptions: ReadonlyMap<string, string>;
}

/** @throws MayflyErrors CLI_USAGE */
export async function chooseChecks(given: {
  readonly profile: string | undefined;
  readonly only: readonly string[];
  readonly except: readonly string[];
}): Promise<ChosenChecks> {
  const { auditedChecks, auditedChecksOf } = await import('../../scenario/isolation/audit/audited-checks.ts');
  const problems: MayflyError[] = [];
  const fail = (message: string, hint: string): void => {
    problems.push(new MayflyError('CLI_USAGE', message, { hint }));
  };
  const name = given.profile ?? 'standard';
  const profile = isolationProfiles.find((each) => each === name);
  if (profile === undefined)
    fail(`there is no profile \`${name}\``, `the profiles are ${isolationProfiles.join(', ')}`);
  const known = auditedChecks.map(({ id }) => id);
  const mustBeKnown = (id: string): void => {
    if (known.includes(id)) return;
    const meant = didYouMean(id, known);
    fail(
      `there is no check \`${id}\``,
      meant === undefined ? 'docs/verify.md lists them' : `did you mean \`${meant}\`?`,
    );
  };
  for (const id of given.only) mustBeKnown(id);
  const exceptions = new Map<string, string>();
  for (const text of given.except) {
    const at = text.indexOf('=');
    const [id, reason] = at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1).trim()];
    mustBeKnown(id);
    if (reason === '') fail(`\`--except ${text}\` gives no reason`, `write \`--except "${id}=why"\``);
    exceptions.set(id, reason);
  }
  if (problems.length > 0 || profile === undefined) throw new MayflyErrors(problems);
  const checks =
    given.only.length > 0
      ? auditedChecks.filter(({ id }) => given.only.includes(id))
      : auditedChecksOf(profile);
  return { profile, checks, exceptions };
}
