import { isJsonObject, type JsonObject } from '../../core/json.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { LogStream } from '../run/log-book.ts';
import { compileExpectations, type Expectation, judge } from './expectations.ts';
import { defineStep } from './step-definition.ts';

interface LogsStep {
  readonly service: string;
  readonly since: string;
  readonly stream?: LogStream;
  readonly expectations: readonly Expectation[];
}

/** `logs`: what a service wrote, since some moment, judged as one text. */
export const logsStep = defineStep<LogsStep>({
  kind: 'logs',
  async normalize(value, step, world) {
    if (!isJsonObject(value))
      throw new MayflyError(
        'SCENARIO_WRONG_TYPE',
        '`logs` takes a mapping such as { service: web, contains: ready }',
      );
    const { service = step.in, since = 'start', stream, ...matchers } = value;
    if (typeof service !== 'string')
      throw new MayflyError('SCENARIO_MISSING_KEY', '`logs` needs `service:`, or `in:` beside it');
    return {
      service,
      since: String(since),
      ...(stream === 'stdout' || stream === 'stderr' ? { stream } : {}),
      expectations: await compileExpectations(
        { log: demandSomething(matchers) },
        { factUnits: {}, factsByName: [] },
        world.snapshotsOf(step),
      ),
    };
  },
  async perform({ service: name, since, stream, expectations }, step, world) {
    const service = world.service(name);
    const mark = world.logMark(service, since, step);
    if (mark < service.log.firstKept) {
      const { logLines, logCharacters } = world.limits;
      const message = `\`${name}\` wrote more than is kept: the limits are logLines (${logLines}) and logCharacters (${logCharacters})`;
      throw new MayflyError('OUTPUT_LIMIT', message, {
        hint: 'look at less of it with `since:`, or raise the limits',
      });
    }
    const log = service.log
      .since(mark, stream)
      .map(({ line }) => `${line}\n`)
      .join('');
    return {
      facts: { log },
      findings: judge(expectations, { log }),
      captures: { output: log, stdout: log },
      evidence: Buffer.from(log),
    };
  },
});

function demandSomething(matchers: JsonObject): JsonObject {
  if (Object.keys(matchers).length > 0) return matchers;
  throw new MayflyError('SCENARIO_ASSERTS_NOTHING', '`logs` says nothing of what the log should be');
}
