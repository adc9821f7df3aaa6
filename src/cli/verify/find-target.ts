import { existsSync } from 'node:fs';
import type { AuditTarget } from '../../core/audit-report.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import { type RunningContainer, type RuntimeAccess, runtimes } from './container-runtimes.ts';

export interface Target {
  readonly pid: number;
  readonly container?: NonNullable<AuditTarget['container']>;
}

/**
 * A number is that of a process, if there is one; anything else is a container's name or id, or the beginning of an id, which may be digits
 * alone; `podman:web` says whose.
 *
 * @throws MayflyError TARGET_NOT_FOUND, TARGET_AMBIGUOUS
 */
export async function findTarget(given: string, access: RuntimeAccess): Promise<Target> {
  if (isNumber(given) && existsSync(`/proc/${given}`)) return { pid: Number(given) };
  const { asked, wanted } = whose(given);
  const answers = await Promise.all(asked.map(({ find }) => find(wanted, access)));
  const found = withoutTwice(answers.flatMap(({ containers }) => containers));
  const running = found.filter(({ pid }) => pid > 0);
  if (running.length > 1) throw ambiguous(given, running);
  const [only] = running;
  if (only === undefined)
    throw notFound(
      wanted,
      asked.map(({ name }) => name),
      found,
      answers.flatMap(({ unasked }) => unasked),
    );
  const { pid, ...container } = only;
  return { pid, container };
}

const isNumber = (given: string): boolean => /^[1-9]\d*$/.test(given);

function whose(given: string) {
  const [before = '', after] = given.split(/:(.*)/s);
  const one = runtimes.find(({ name }) => name === before);
  return one === undefined || after === undefined || after === ''
    ? { asked: runtimes, wanted: given }
    : { asked: [one], wanted: after };
}

/** Podman's containers are crun's, too, and Docker's runc's: who has a name for it is believed. */
const withoutTwice = (found: readonly RunningContainer[]): readonly RunningContainer[] =>
  found.filter(({ pid, id }, at) => found.findIndex((each) => each.pid === pid && each.id === id) === at);

function ambiguous(given: string, running: readonly RunningContainer[]): MayflyError {
  const list = running.map(({ runtime, id, name, pid }) => `${runtime}:${name ?? id} (process ${pid})`);
  return new MayflyError('TARGET_AMBIGUOUS', `\`${given}\` could be ${list.join(', ')}`, {
    hint: `say which: \`mayfly verify ${list[0]?.split(' ')[0]}\`, or give the number of its process`,
  });
}

function notFound(
  wanted: string,
  asked: readonly string[],
  ended: readonly RunningContainer[],
  unasked: readonly string[],
): MayflyError {
  const [first] = ended;
  const whom = asked.join(', ').replace(/, ([^,]*)$/, ' or $1');
  const message =
    first === undefined
      ? `there is no process ${isNumber(wanted) ? `${wanted}, nor a container` : 'and no container'} \`${wanted}\` of ${whom}`
      : `container \`${first.name ?? first.id}\` of ${first.runtime} does not run`;
  return new MayflyError('TARGET_NOT_FOUND', [message, ...unasked].join('\n'), {
    hint:
      first === undefined
        ? 'the number of its main process will do, whatever runs it'
        : 'start it, and verify it while it runs',
  });
}
