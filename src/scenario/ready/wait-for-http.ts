import { isJsonObject, type JsonObject } from '../../core/json.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import { compileExpectations, judge } from '../step/expectations.ts';
import { exchange } from '../step/http-exchange.ts';
import { headersFact } from '../step/http-facts.ts';
import { textOrBytes } from '../step/text-or-bytes.ts';
import { notReady, ready, type WaitDefinition } from './wait-definition.ts';

/** A request from inside the service's own network namespace is answered as it should be. */
export const waitForHttp: WaitDefinition = {
  kind: 'http',
  async prepare(value, { service, limits }) {
    if (!isJsonObject(value))
      throw new MayflyError('SCENARIO_WRONG_TYPE', '`http` takes a mapping such as { port: 8080 }');
    const { port, path = '/', method = 'GET', scheme = 'http', insecure = false } = value;
    const url = `${String(scheme)}://127.0.0.1:${String(port)}${String(path)}`;
    const expectations = await compileExpectations(expectOf(value), {
      factUnits: {},
      factsByName: ['headers'],
    });
    return {
      what: `http ${url}`,
      async check(signal) {
        const answer = await exchange(
          {
            url,
            method: String(method),
            headers: { host: `localhost:${String(port)}` },
            follow: 0,
            insecure: insecure === true,
            maxBodyBytes: limits.bodyBytes,
          },
          (host, target) => service.container.dial(host, target, signal),
          signal,
        );
        if (answer.kind === 'failed') return notReady(answer.message);
        const findings = judge(expectations, {
          status: answer.status,
          headers: headersFact(answer.headers),
          body: textOrBytes(answer.body),
        });
        const [first] = findings;
        return first === undefined ? ready : notReady(`${first.subject} ${first.message}`);
      },
    };
  },
};

function expectOf({ status = { lt: 400 }, headers, body }: JsonObject): JsonObject {
  return { status, ...(headers === undefined ? {} : { headers }), ...(body === undefined ? {} : { body }) };
}
