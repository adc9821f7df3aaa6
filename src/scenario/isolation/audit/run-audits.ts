import type { AuditedCheck } from '../../../core/audit-report.ts';
import type { Clock } from '../../../core/clock.ts';
import type { ForeignProcess, ForeignRights } from '../../../core/foreign-process.ts';
import { MayflyError } from '../../../core/mayfly-error.ts';
import { Scope } from '../../../core/scope.ts';
import type { Verdict } from '../check.ts';
import { inconclusive } from '../verdict.ts';
import type { Audit, Audited, Look } from './audit.ts';
import { auditOf } from './audit-table.ts';
import type { AuditedClaim } from './audited-checks.ts';

/** For ending probes: they are killed. */
const probeBudgetMs = 10_000;

export interface Findings {
  readonly checks: readonly AuditedCheck[];
  /** Why nothing was seen from inside. */
  readonly notProbed?: string;
}

/**
 * Holds a process that Mayfly did not start to the checks, one after the other. Whatever it is, it is not changed: what would have to
 * change it to be shown is not tried.
 *
 * @throws MayflyError TARGET_GONE when it ends meanwhile: half of what was seen would be of nobody.
 */
export async function auditProcess(
  process: ForeignProcess,
  checks: readonly AuditedClaim[],
  clock: Clock,
  signal: AbortSignal,
): Promise<Findings> {
  await using scope = new Scope(probeBudgetMs, clock);
  const looks = new Map<ForeignRights, Promise<Look>>();
  const look = (rights: ForeignRights): Promise<Look> => {
    const known = looks.get(rights) ?? open(process, rights, scope, signal);
    looks.set(rights, known);
    return known;
  };
  const audited: Audited = {
    witness: process.witness,
    processes: () => process.processes(),
    look,
    openProbe: (rights) => process.probe(rights, signal),
    clock,
  };
  const found: AuditedCheck[] = [];
  for (const check of checks) {
    const audit = auditOf(check.id);
    const { result, evidence } = await lookOnce(audit, audited, signal);
    found.push({ id: check.id, claim: audit.claim ?? check.claim, result, evidence });
    if (!process.isThere()) throw gone(process);
  }
  const inside = await look('root');
  return { checks: found, ...('refused' in inside ? { notProbed: inside.refused } : {}) };
}

async function open(
  process: ForeignProcess,
  rights: ForeignRights,
  scope: Scope,
  signal: AbortSignal,
): Promise<Look> {
  try {
    return { probe: scope.own('the probe', await process.probe(rights, signal)) };
  } catch (error) {
    if (!(error instanceof MayflyError)) throw error;
    if (!process.isThere()) throw gone(process);
    return { refused: error.message };
  }
}

/** A check that breaks shows nothing; the others go on. */
async function lookOnce(audit: Audit, audited: Audited, signal: AbortSignal): Promise<Verdict> {
  signal.throwIfAborted();
  try {
    return await audit.look(audited);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof MayflyError) || error.code === 'TARGET_GONE') throw error;
    return inconclusive(error.message);
  }
}

const gone = ({ witness }: ForeignProcess): MayflyError =>
  new MayflyError('TARGET_GONE', `process ${witness.pid} ended while it was looked at`);
