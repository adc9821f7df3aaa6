import type { ProcessFacts } from '../../core/engine.ts';
import type { Json } from '../../core/json.ts';
import { loadRegularExpressions } from '../matcher/regular-expression.ts';
import { checksOf, livingContainer, snapshotsOfCheck } from './checks.ts';
import { commandLineOf } from './command-line-of.ts';
import { compileExpectations, type Expectation, type Finding, judge } from './expectations.ts';
import { mentionsNumber } from './mentions-number.ts';
import { type OwnerNames, readOwnerNames } from './owner-names.ts';
import { defineStep } from './step-definition.ts';

interface ProcessCheck {
  /** What findings call it. */
  readonly label: string;
  readonly matches: (commandLine: string) => boolean;
  readonly count: readonly Expectation[];
  readonly user: readonly Expectation[];
  readonly userByNumber: boolean;
  readonly pid1?: boolean;
}

/** `processes`: what runs in a service, as the kernel tells it: no program of the image is asked. */
export const processesStep = defineStep<readonly ProcessCheck[]>({
  kind: 'processes',
  normalize: (value, step, world) =>
    Promise.all(
      checksOf(value, 'processes').map(async ({ match, count, user, pid1 }) => {
        const pattern = match === undefined ? undefined : String(match);
        const label = pattern === undefined ? 'processes' : `processes like /${pattern}/`;
        const compile = (name: string, matcher: Json | undefined): Promise<readonly Expectation[]> =>
          compileExpectations(
            matcher === undefined ? {} : { [name]: matcher },
            { factUnits: {}, factsByName: [] },
            snapshotsOfCheck(step, label, world),
          );
        const expression = pattern === undefined ? undefined : (await loadRegularExpressions())(pattern);
        return {
          label,
          matches: (commandLine: string) => expression?.test(commandLine) ?? true,
          // Who says nothing of the number means that there is one.
          count: await compile('count', count ?? { gte: 1 }),
          user: await compile('user', user),
          userByNumber: mentionsNumber(user),
          ...(typeof pid1 === 'boolean' ? { pid1 } : {}),
        };
      }),
    ),
  async perform(checks, step, world) {
    const container = livingContainer(step, world);
    const processes = await container.processes();
    const names = await readOwnerNames(container, [{ asked: new Set(['owner']) }]);
    return {
      facts: {
        processes: processes.map((process) => ({
          pid: process.pid,
          user: names.user(process.uid),
          command: commandLineOf(process),
        })),
      },
      findings: checks.flatMap((check) => look(check, processes, names)),
    };
  },
});

function look(
  { label, matches, count, user, userByNumber, pid1 }: ProcessCheck,
  all: readonly ProcessFacts[],
  names: OwnerNames,
): readonly Finding[] {
  const found = all.filter((process) => matches(commandLineOf(process)));
  const counted = judge(count, { count: found.length }).map((finding) => ({
    ...finding,
    subject: `${finding.subject} of ${label}`,
    actual: `${found.length}${found.length > 0 || all.length === 0 ? '' : `; there are ${listed(all)}`}`,
  }));
  const owners = found.flatMap((process) => {
    const owner = userByNumber ? process.uid : names.user(process.uid);
    return judge(user, { user: owner }).map((finding) => ({
      ...finding,
      subject: `${finding.subject} of ${process.pid} (${commandLineOf(process)})`,
    }));
  });
  return [...counted, ...owners, ...lookAtFirst(label, found, pid1)];
}

function lookAtFirst(
  label: string,
  found: readonly ProcessFacts[],
  wanted: boolean | undefined,
): readonly Finding[] {
  const isFirst = found.some(({ pid }) => pid === 1);
  if (wanted === undefined || wanted === isFirst || (wanted && found.length === 0)) return [];
  const numbers = found.map(({ pid }) => pid).join(', ');
  return [
    {
      subject: label,
      path: '',
      message: wanted ? 'are not the first process' : 'are the first process',
      expected: wanted ? 'process 1' : 'any but process 1',
      actual: `process ${numbers}`,
    },
  ];
}

const mostListed = 20;

function listed(processes: readonly ProcessFacts[]): string {
  const shown = processes.slice(0, mostListed).map((process) => JSON.stringify(commandLineOf(process)));
  const more = processes.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
