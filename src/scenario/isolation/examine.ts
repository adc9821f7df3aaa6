import type { Clock } from '../../core/clock.ts';
import type { ContainerSpec, NetworkSpec } from '../../core/container.ts';
import type { Container } from '../../core/engine.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import { Scope } from '../../core/scope.ts';
import type { IsolationCheck, Sibling, Subject, Verdict } from './check.ts';
import { type Company, noCompany, openGuests, openTwin } from './company.ts';
import { inconclusive } from './verdict.ts';

/** For ending probes: they are killed. */
const probeBudgetMs = 10_000;

/** A running service, as the checks need it. */
export interface Examined {
  readonly name: string;
  readonly spec: ContainerSpec;
  readonly container: Container;
  /** A second container of the same plan in which nothing runs. */
  openTwin(): Promise<AsyncDisposable & { readonly container: Container }>;
}

export interface Examination {
  readonly service: string;
  readonly verdicts: ReadonlyMap<string, Verdict>;
}

/**
 * Holds each of `targets` to the checks, all at once; those that look at one itself run one after the other, for some count what others
 * leave for a moment, and those that use its twin beside them. `services` are all that run, for what has to do with siblings.
 */
export async function examine(
  targets: readonly Examined[],
  services: readonly Examined[],
  checks: readonly IsolationCheck[],
  clock: Clock,
  signal: AbortSignal,
  networks: readonly NetworkSpec[] = [],
): Promise<readonly Examination[]> {
  await using scope = new Scope(probeBudgetMs, clock);
  const looks = new Map<string, Promise<Sibling>>();
  for (const service of services) looks.set(service.name, open(service, scope, signal));
  await Promise.allSettled(looks.values());
  const examination = { startedAtMs: clock.nowMs() };
  const means: Means = { clock, signal, scope, services, networks, examination, alone: oneAtATime() };
  const opened = await Promise.all(targets.map((target) => openSubject(target, looks, means)));
  const found = opened.map(() => new Map<string, Verdict>());
  const lookAll = async (which: readonly IsolationCheck[], company: Company): Promise<void> => {
    const lanes = [which.filter(({ inTwin }) => inTwin), which.filter(({ inTwin }) => !inTwin)];
    await Promise.all(
      opened
        .flatMap((subject, at) => lanes.map((lane) => ({ subject, at, lane })))
        .map(async ({ subject, at, lane }) => {
          for (const check of lane)
            found[at]?.set(
              check.id,
              typeof subject === 'string'
                ? inconclusive(subject)
                : await lookOnce(check, accompanied(subject, company)),
            );
        }),
    );
  };
  const [quiet, others] = [checks.filter((check) => check.quiet), checks.filter((check) => !check.quiet)];
  if (quiet.length > 0) {
    await using company = await openGuests(targets, services, signal);
    await lookAll(quiet, company);
    await lookAll(others, company);
  } else await lookAll(others, noCompany);
  return targets.map(({ name }, at) => ({
    service: name,
    verdicts: new Map(checks.flatMap(({ id }) => [...pick(found[at], id)])),
  }));
}

/** The twin that keeps a service company is also the one that its checks share. */
function accompanied(subject: Subject, { guests, twins }: Company): Subject {
  const own = twins.get(subject.name);
  return { ...subject, guests, ...(own === undefined ? {} : { sharedTwin: async () => own }) };
}

function* pick(verdicts: ReadonlyMap<string, Verdict> | undefined, id: string): Generator<[string, Verdict]> {
  const verdict = verdicts?.get(id);
  if (verdict !== undefined) yield [id, verdict];
}

async function open(service: Examined, scope: Scope, signal: AbortSignal): Promise<Sibling> {
  const { name, spec, container } = service;
  const [root, witness] = await Promise.all([container.probe('root', signal), container.witness()]);
  scope.own(`the probe of ${name}`, root);
  return { name, spec, container, root, witness };
}

/** One that cannot be entered is left out only when it has ended: of one that runs, nothing would be shown. */
async function siblingsOf(
  name: string,
  services: readonly Examined[],
  looks: ReadonlyMap<string, Promise<Sibling>>,
): Promise<readonly Sibling[]> {
  const others = services.filter((each) => each.name !== name);
  const opened = await Promise.all(
    others.map(async ({ name: other, container }): Promise<readonly Sibling[]> => {
      try {
        const look = await looks.get(other);
        return look === undefined ? [] : [look];
      } catch (error) {
        if (container.state === 'exited' || container.state === 'removed') return [];
        throw new MayflyError('PROBE_LOST', `${other}, which runs beside it: ${messageOf(error)}`, {
          cause: error,
        });
      }
    }),
  );
  return opened.flat();
}

interface Means {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly scope: Scope;
  readonly services: readonly Examined[];
  readonly networks: readonly NetworkSpec[];
  readonly examination: Subject['examination'];
  readonly alone: Subject['alone'];
}

/** Without a probe that answers nothing can be shown, whatever may be seen from outside: then the reason. */
async function openSubject(
  target: Examined,
  looks: ReadonlyMap<string, Promise<Sibling>>,
  { scope, services, ...means }: Means,
): Promise<Subject | string> {
  const { name, container } = target;
  const { signal } = means;
  try {
    const own = await looks.get(name);
    if (own === undefined) throw new MayflyError('CONTAINER_STATE', `${name} does not run`);
    const probe = scope.own(`the probe of ${name}`, await container.probe('itself', signal));
    const siblings = await siblingsOf(name, services, looks);
    const openProbe: Subject['openProbe'] = (rights) => container.probe(rights, signal);
    let shared: ReturnType<Subject['sharedTwin']> | undefined;
    return {
      ...own,
      ...means,
      probe,
      siblings,
      guests: [],
      openProbe,
      openTwin: () => openTwin(target, signal),
      openBareTwin: () => target.openTwin(),
      sharedTwin: () => {
        shared ??= openTwin(target, signal).then((twin) => scope.own(`a twin of ${name}`, twin));
        return shared;
      },
    };
  } catch (error) {
    signal.throwIfAborted();
    return `nothing could be probed: ${messageOf(error)}`;
  }
}

function oneAtATime(): Subject['alone'] {
  let last: Promise<unknown> = Promise.resolve();
  return (look) => {
    const result = last.then(look);
    last = result.catch(() => {}); // its own caller is told
    return result;
  };
}

/** A check that breaks shows nothing; the others go on. */
async function lookOnce(check: IsolationCheck, subject: Subject): Promise<Verdict> {
  try {
    return await check.look(subject);
  } catch (error) {
    subject.signal.throwIfAborted();
    if (!(error instanceof MayflyError)) throw error;
    return inconclusive(messageOf(error));
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
