import type { CheckResult } from '../../core/check-result.ts';
import type { CheckFacts, IsolationFacts, IsolationProfile } from '../../core/isolation-facts.ts';
import { isJsonObject } from '../../core/json.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { Step } from '../../core/scenario.ts';
import type { IsolationCheck, Verdict } from '../isolation/check.ts';
import type { Examination, Examined } from '../isolation/examine.ts';
import { teardownClaim } from '../isolation/teardown-claim.ts';
import type { RunningService } from '../run/running-service.ts';
import type { Facts, Finding } from './expectations.ts';
import { defineStep, type StepWorld } from './step-definition.ts';

interface Exception {
  readonly check: string;
  readonly service?: string;
  readonly reason: string;
}

interface Isolation {
  readonly profile: IsolationProfile;
  readonly checks: readonly IsolationCheck[];
  readonly exceptions: readonly Exception[];
}

/** `isolation`: claims about every container, each tried from inside and seen from outside. */
export const isolationStep = defineStep<Isolation>({
  kind: 'isolation',
  async normalize(value) {
    // Most scenarios have no such step, and every start would pay for the checks.
    const { checksOfProfile, isolationChecks } = await import('../isolation/check-table.ts');
    const { profile = 'standard', only, except = [] } = isJsonObject(value) ? value : {};
    return {
      profile: profile as IsolationProfile,
      checks: Array.isArray(only)
        ? isolationChecks.filter(({ id }) => only.includes(id))
        : checksOfProfile(profile as IsolationProfile),
      exceptions: except as unknown as readonly Exception[],
    };
  },
  async perform({ profile, checks, exceptions }, step, world, signal) {
    const { examine } = await import('../isolation/examine.ts');
    const running = world.services.filter(isRunning);
    const targets = targetsOf(step, world, running);
    const all = running.map((service) => examinedOf(service, world, signal));
    const chosen = all.filter(({ name }) => targets.some((target) => target.name === name));
    const examinations = await examine(chosen, all, checks, world.clock, signal, world.networks);
    const excepted = (service: string, check: string): Exception | undefined =>
      exceptions.find((each) => each.check === check && isOf(service, each.service));
    const facts: IsolationFacts = {
      profile,
      summary: summarize(examinations, excepted),
      afterwards: {
        [teardownClaim.id]: 'shown by the census that ends the run; its outcome is `leaked` if not',
      },
      services: Object.fromEntries(
        examinations.map(({ service, verdicts }) => [service, factsOf(service, verdicts, excepted)]),
      ),
    };
    return {
      facts: asFacts(facts),
      findings: examinations.flatMap(({ service, verdicts }) =>
        checks.flatMap((check) => {
          const verdict = verdicts.get(check.id);
          if (verdict === undefined || !counts(verdict.result) || excepted(service, check.id)) return [];
          return [findingOf(service, check, verdict)];
        }),
      ),
    };
  },
});

/** `web` of an exception is each of `web[1]`, `web[2]` … */
const isOf = (service: string, excepted: string | undefined): boolean =>
  excepted === undefined || excepted === service || excepted === service.replace(/\[\d+\]$/, '');

const isRunning = ({ container }: RunningService): boolean => container.state === 'running';

function targetsOf(
  { in: name }: Step,
  world: StepWorld,
  running: readonly RunningService[],
): readonly RunningService[] {
  const targets = name === undefined ? running : [world.service(name)].filter(isRunning);
  if (targets.length > 0) return targets;
  const what = name === undefined ? 'no service runs' : `\`${name}\` does not run`;
  throw new MayflyError('CONTAINER_STATE', `there is nothing to examine: ${what}`);
}

function examinedOf(service: RunningService, world: StepWorld, signal: AbortSignal): Examined {
  return {
    name: service.name,
    spec: service.spec,
    container: service.container,
    openTwin: () => world.openTwin(service, signal),
  };
}

type Excepted = (service: string, check: string) => Exception | undefined;

const counts = (result: CheckResult): boolean => result !== 'pass' && result !== 'n/a';

function asFacts({ services, afterwards, ...rest }: IsolationFacts): Facts {
  const texts = Object.entries(services).map(([service, checks]) => [
    service,
    Object.fromEntries(Object.entries(checks).map(([id, one]) => [id, { ...one }])),
  ]);
  return { ...rest, afterwards: { ...afterwards }, services: Object.fromEntries(texts) };
}

function factsOf(
  service: string,
  verdicts: ReadonlyMap<string, Verdict>,
  excepted: Excepted,
): IsolationFacts['services'][string] {
  return Object.fromEntries(
    [...verdicts].map(([id, { result, evidence }]): [string, CheckFacts] => {
      const reason = counts(result) ? excepted(service, id)?.reason : undefined;
      return [id, { result, evidence: [...evidence], ...(reason === undefined ? {} : { excepted: reason }) }];
    }),
  );
}

const verbs: Readonly<Record<CheckResult, string>> = {
  pass: 'passed',
  fail: 'failed',
  inconclusive: 'inconclusive',
  unsupported: 'unsupported',
  'n/a': 'not applicable',
};

/** `2 services: 80 passed, 9 not applicable; excepted: limit.disk (no quota here)` */
function summarize(examinations: readonly Examination[], excepted: Excepted): string {
  const all = examinations.flatMap(({ service, verdicts }) =>
    [...verdicts].map(([id, { result }]) => ({
      id,
      result,
      exception: counts(result) ? excepted(service, id) : undefined,
    })),
  );
  const numbers = (Object.keys(verbs) as CheckResult[]).flatMap((result) => {
    const count = all.filter((each) => each.result === result && each.exception === undefined).length;
    return count === 0 ? [] : [`${count} ${verbs[result]}`];
  });
  const reasons = new Set(
    all.flatMap(({ id, exception }) => (exception === undefined ? [] : [`${id} (${exception.reason})`])),
  );
  const services = examinations.length === 1 ? '1 service' : `${examinations.length} services`;
  const exceptions = reasons.size === 0 ? '' : `; excepted: ${[...reasons].join(', ')}`;
  return `${services}: ${numbers.join(', ')}${exceptions}`;
}

function findingOf(service: string, check: IsolationCheck, { result, evidence }: Verdict): Finding {
  return {
    subject: `${service} ${check.id}`,
    path: '',
    message: result === 'fail' ? 'does not hold' : `is ${verbs[result]}`,
    expected: check.claim,
    actual: evidence.join('\n'),
  };
}
