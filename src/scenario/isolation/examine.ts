import type { Clock } from '../../core/clock.ts';
import type { ContainerSpec } from '../../core/container.ts';
import type { Container } from '../../core/engine.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { Probe } from '../../core/probe.ts';
import { Scope } from '../../core/scope.ts';
import type { IsolationCheck, Sibling, Subject, Twin, Verdict } from './check.ts';
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
 * Holds each of `targets` to the checks, all at once; the checks of one run one after the other, for some count what others leave for
 * a moment. `services` are all that run, for what has to do with siblings.
 */
export async function examine(
  targets: readonly Examined[],
  services: readonly Examined[],
  checks: readonly IsolationCheck[],
  clock: Clock,
  signal: AbortSignal,
): Promise<readonly Examination[]> {
  await using scope = new Scope(probeBudgetMs, clock);
  const looks = new Map<string, Promise<Sibling>>();
  for (const service of services) looks.set(service.name, open(service, scope, signal));
  await Promise.allSettled(looks.values());
  const alone = oneAtATime();
  return await Promise.all(
    targets.map((target) => examineOne(target, looks, checks, { clock, signal, scope, alone })),
  );
}

async function open(service: Examined, scope: Scope, signal: AbortSignal): Promise<Sibling> {
  const { name, spec, container } = service;
  const [root, witness] = await Promise.all([container.probe('root', signal), container.witness()]);
  scope.own(`the probe of ${name}`, root);
  return { name, spec, container, root, witness };
}

interface Means {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly scope: Scope;
  readonly alone: Subject['alone'];
}

/** Without a probe that answers nothing can be shown, whatever may be seen from outside. */
async function examineOne(
  target: Examined,
  looks: ReadonlyMap<string, Promise<Sibling>>,
  checks: readonly IsolationCheck[],
  { clock, signal, scope, alone }: Means,
): Promise<Examination> {
  const { name, container } = target;
  const verdicts = new Map<string, Verdict>();
  try {
    const own = await looks.get(name);
    if (own === undefined) throw new MayflyError('CONTAINER_STATE', `${name} does not run`);
    const probe = scope.own(`the probe of ${name}`, await container.probe('itself', signal));
    const others = await Promise.allSettled(
      [...looks].filter(([other]) => other !== name).map(([, look]) => look),
    );
    const siblings = others.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    const openProbe: Subject['openProbe'] = (rights) => container.probe(rights, signal);
    const subject: Subject = {
      ...own,
      probe,
      siblings,
      clock,
      signal,
      openProbe,
      openTwin: () => openTwin(target, signal),
      alone,
    };
    for (const check of checks) verdicts.set(check.id, await lookOnce(check, subject));
  } catch (error) {
    signal.throwIfAborted();
    const why = `nothing could be probed: ${messageOf(error)}`;
    for (const { id } of checks) if (!verdicts.has(id)) verdicts.set(id, inconclusive(why));
  }
  return { service: name, verdicts };
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

async function openTwin(target: Examined, signal: AbortSignal): Promise<Twin> {
  const twin = await target.openTwin();
  const { container } = twin;
  const probes: Probe[] = [];
  const end = async (): Promise<void> => {
    for (const probe of probes) await probe[Symbol.asyncDispose]();
    await twin[Symbol.asyncDispose]();
  };
  try {
    const [probe, root] = [await container.probe('itself', signal), await container.probe('root', signal)];
    probes.push(probe, root);
    return { container, probe, root, witness: await container.witness(), [Symbol.asyncDispose]: end };
  } catch (error) {
    await end();
    throw error;
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
