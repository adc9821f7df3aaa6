import { type AuditReport, countsAsFailure } from '../../core/audit-report.ts';
import { systemClock } from '../../core/clock.ts';
import { Interrupted } from '../../core/interrupted.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { Flags } from '../arguments/flag.ts';
import { defineCommand } from '../command.ts';
import { chooseDirectories } from '../host/directories.ts';
import { openEngine } from '../host/open-engine.ts';
import { interruptStatus } from '../reporting/watch-interrupts.ts';
import type { Output, Surroundings } from '../surroundings.ts';
import { abortOnSignal } from '../verify/abort-on-signal.ts';
import { chooseChecks } from '../verify/choose-checks.ts';
import { findTarget } from '../verify/find-target.ts';
import { mustBeHere } from '../verify/must-be-here.ts';

/** Of `--report json`; it changes when a field changes its meaning or goes. */
const auditVersion = 1;

const flags = {
  profile: { kind: 'text', value: 'PROFILE', what: 'baseline, standard (the default) or strict' },
  only: { kind: 'texts', value: 'CHECK', what: 'This check only; as often as wanted' },
  except: {
    kind: 'texts',
    value: 'CHECK=REASON',
    what: 'Does not count, for a reason that the report shows; as often as wanted',
  },
  report: { kind: 'text', value: 'NAME', what: 'table (for people, the default) or json (for programs)' },
} as const satisfies Flags;

export const verifyCommand = defineCommand({
  flags,
  positional: {
    name: 'target',
    what: 'The number of a process, or the name or id of a container of crun, runc, podman or docker',
    most: 1,
  },
  examples: [
    { line: 'verify web', what: 'a container, whoever runs it, against what Mayfly promises of its own' },
    { line: 'verify 4711 --profile baseline', what: 'a process, against what Docker promises' },
    {
      line: 'verify web --except "user.root-not-host-root=no userns-remap here"',
      what: 'all but one, for a reason',
    },
  ],
  notes: [
    'What was not started by Mayfly is looked at, and never changed: docs/verify.md says how, check by check.',
    'Root sees all; an ordinary user what /proc shows, and the rest is unsupported, never a pass.',
    'Exit status: 0 nothing failed, 1 a check does not hold or cannot be shown, 2 invalid input, 3 no Linux, 4 it ended meanwhile, 130 interrupted.',
  ],
  async run({ flags: given, positionals }, surroundings) {
    const name = positionals[0];
    if (name === undefined)
      throw new MayflyError('CLI_USAGE', 'what is to be verified?', {
        hint: 'give the number of a process or the name of a container: `mayfly verify web`',
      });
    const report = given.report ?? 'table';
    if (report !== 'table' && report !== 'json')
      throw new MayflyError('CLI_USAGE', `there is no report \`${report}\` of an audit`, {
        hint: 'the reports are table and json',
      });
    const chosen = await chooseChecks(given);
    const audit = await lookAt(name, chosen, surroundings).catch((error: unknown) => {
      if (error instanceof Interrupted) return error;
      throw error;
    });
    if (audit instanceof Interrupted) return interruptStatus[audit.signalName];
    surroundings.stdout.write(
      report === 'json' ? renderJson(audit) : await renderTable(audit, surroundings.stdout),
    );
    return audit.checks.some(countsAsFailure) ? 1 : 0;
  },
});

async function lookAt(
  name: string,
  { profile, checks, exceptions }: Awaited<ReturnType<typeof chooseChecks>>,
  surroundings: Surroundings,
): Promise<AuditReport> {
  using interrupts = abortOnSignal(surroundings);
  const engine = await openEngine(0, chooseDirectories(surroundings), surroundings);
  const environment = Object.fromEntries(
    Object.entries(surroundings.environment).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, value]],
    ),
  );
  const { uid } = surroundings.user;
  const access = { programs: engine.programs, environment, uid, signal: interrupts.signal };
  const { pid, container } = await findTarget(name, access);
  await using target = await engine.openForeign(pid);
  if (container !== undefined) mustBeHere(container, target.witness);
  // It is held now; were the number another's already, its container would have another by now, or none.
  if (container !== undefined && (await findTarget(name, access)).pid !== pid)
    throw new MayflyError('TARGET_GONE', `container \`${name}\` was started again while it was looked for`);
  const { auditProcess } = await import('../../scenario/isolation/audit/run-audits.ts');
  const clock = systemClock(surroundings.monotonicMs);
  const found = await auditProcess(target, checks, clock, interrupts.signal);
  return {
    target: {
      pid,
      command: target.witness.read('comm')?.trim() ?? '',
      ...(container === undefined ? {} : { container }),
    },
    profile,
    ...(found.notProbed === undefined ? {} : { notProbed: found.notProbed }),
    checks: found.checks.map((check) => {
      const excepted = exceptions.get(check.id);
      const counts = countsAsFailure(check) && excepted !== undefined;
      return counts ? { ...check, excepted } : check;
    }),
  };
}

function renderJson(audit: AuditReport): string {
  return `${JSON.stringify({ format: 'mayfly-verify', version: auditVersion, ...audit }, null, 2)}\n`;
}

async function renderTable(audit: AuditReport, { hasColor, columns }: Output): Promise<string> {
  const { renderAudit } = await import('../../report/render-audit.ts');
  return renderAudit(audit, { color: hasColor, columns });
}
