import type { JsonObject } from '../../core/json.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import { checksOf, livingContainer, snapshotsOfCheck } from './checks.ts';
import { askResolver, type Question } from './dns/ask-resolver.ts';
import { isRecordType, type RecordType } from './dns/dns-message.ts';
import { compileExpectations, type Expectation, judge } from './expectations.ts';
import { defineStep } from './step-definition.ts';

interface DnsCheck {
  readonly question: Question;
  readonly expectations: readonly Expectation[];
}

/** `dns`: what names mean to a service. Its own resolver is asked, and no program of its image. */
export const dnsStep = defineStep<readonly DnsCheck[]>({
  kind: 'dns',
  normalize: (value, step, world) =>
    Promise.all(
      checksOf(value, 'dns').map(async ({ name, type = 'A', ...expect }) => {
        const question = { name: String(name), type: demandType(String(type)) };
        return {
          question,
          expectations: await compileExpectations(
            withDefaults(expect),
            { factUnits: {}, factsByName: [] },
            snapshotsOfCheck(step, `${question.name} ${question.type}`, world),
          ),
        };
      }),
    ),
  async perform(checks, step, world, signal) {
    const container = livingContainer(step, world);
    const seen = await Promise.all(
      checks.map(async ({ question, expectations }) => {
        const answer = await askResolver(container, question, signal);
        const findings = judge(expectations, { rcode: answer.rcode, answers: answer.answers });
        return {
          shown: { ...question, ...answer },
          findings: findings.map((finding) => ({
            ...finding,
            subject: `${finding.subject} of ${question.name} ${question.type}`,
          })),
        };
      }),
    );
    return {
      facts: { dns: seen.map(({ shown }) => shown) },
      findings: seen.flatMap(({ findings }) => findings),
    };
  },
});

/** As a command is expected to exit with 0: a name is expected to be known, and, if nothing is said of them, to have answers. */
function withDefaults({ rcode, answers, ...others }: JsonObject): JsonObject {
  if (rcode !== undefined) return { ...others, rcode, ...(answers === undefined ? {} : { answers }) };
  return { ...others, rcode: 'NOERROR', answers: answers ?? { empty: false } };
}

function demandType(text: string): RecordType {
  if (isRecordType(text)) return text;
  throw new MayflyError('SCENARIO_WRONG_VALUE', `\`${text}\` is no type of record that can be asked for`);
}
