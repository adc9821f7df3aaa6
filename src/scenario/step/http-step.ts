import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { Step } from '../../core/scenario.ts';
import type { RunningService } from '../run/running-service.ts';
import { chooseSender } from './choose-sender.ts';
import { explainNoResponse, explainSilence } from './explain-no-response.ts';
import { type Dial, exchange, type HttpAnswer, type HttpRequest, NotConnected } from './http-exchange.ts';
import { headersFact } from './http-facts.ts';
import { defineStep, type Performed } from './step-definition.ts';
import { StoppedBeforeFacts } from './stopped-before-facts.ts';
import { textOf, textOrBytes } from './text-or-bytes.ts';

interface HttpStep {
  readonly request: HttpRequest;
  readonly sender: () => RunningService;
}

type Answered = Extract<HttpAnswer, { kind: 'answered' }>;
type Unanswered = Extract<HttpAnswer, { kind: 'failed' }>;

/** As browsers and curl bound it. */
const maxRedirects = 10;

/** `http`: a request from where a service stands. */
export const httpStep = defineStep<HttpStep>({
  kind: 'http',
  factUnits: { duration: 'ms' },
  factsByName: ['headers'],
  defaultExpect: (expect) => ('status' in expect || 'error' in expect ? {} : { status: { lt: 400 } }),
  normalize(value, step, world) {
    if (!isJsonObject(value))
      throw new MayflyError('SCENARIO_WRONG_TYPE', '`http` takes a mapping with `url`');
    const request = planRequest(value, world.limits.bodyBytes);
    return { request, sender: () => senderOf(step, request, world.services, (name) => world.service(name)) };
  },
  async perform({ request, sender }, _step, world, signal) {
    const startedAtMs = world.clock.nowMs();
    const from = sender();
    const dial: Dial = (host, port) => from.container.dial(host, port, signal);
    const answer = await exchange(request, dial, signal).catch((error: unknown) => {
      if (!(error instanceof NotConnected)) throw error;
      const silence = { kind: 'failed', failure: 'timeout', message: error.message } as const;
      const why = explainSilence(request.url, from, world);
      throw new StoppedBeforeFacts(error.cause, unanswered(silence, why, world.clock.nowMs() - startedAtMs));
    });
    const durationMs = world.clock.nowMs() - startedAtMs;
    if (answer.kind === 'answered') return answered(answer, durationMs);
    // A redirect may have led elsewhere than the step says.
    const why =
      request.follow > 0
        ? ''
        : answer.failure === 'timeout'
          ? explainSilence(request.url, from, world)
          : await explainNoResponse(answer.failure, request.url, from, world.services);
    return unanswered(answer, why, durationMs);
  },
});

function senderOf(
  step: Step,
  request: HttpRequest,
  services: readonly RunningService[],
  service: (name: string) => RunningService,
): RunningService {
  return step.in === undefined ? chooseSender(new URL(request.url).hostname, services) : service(step.in);
}

/** Reads the value of an `http` step; `body`, `json` and `form` exclude each other. */
export function planRequest(value: JsonObject, maxBodyBytes: number): HttpRequest {
  const { body, type } = planBody(value);
  const url = parseUrl(value.url);
  const own = Object.entries(isJsonObject(value.headers) ? value.headers : {}).map(
    ([name, text]): [string, string] => [name, String(text)],
  );
  const declared = Object.fromEntries(own);
  const hasType = own.some(([name]) => name.toLowerCase() === 'content-type');
  const follow = value.follow === true ? maxRedirects : typeof value.follow === 'number' ? value.follow : 0;
  return {
    url,
    method:
      typeof value.method === 'string' ? value.method.toUpperCase() : body === undefined ? 'GET' : 'POST',
    headers: type === undefined || hasType ? declared : { 'content-type': type, ...declared },
    ...(body === undefined ? {} : { body }),
    follow,
    insecure: value.insecure === true,
    maxBodyBytes,
  };
}

function parseUrl(value: Json | undefined): string {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url.href;
  throw new MayflyError('SCENARIO_WRONG_VALUE', `\`${String(value)}\` is no http or https URL`);
}

function planBody(value: JsonObject): { readonly body?: string; readonly type?: string } {
  const given = ['body', 'json', 'form'].filter((key) => value[key] !== undefined);
  if (given.length > 1)
    throw new MayflyError(
      'SCENARIO_CONFLICT',
      `${given.map((key) => `\`${key}\``).join(' and ')} exclude each other`,
    );
  if (value.json !== undefined) return { body: JSON.stringify(value.json), type: 'application/json' };
  if (value.body !== undefined) return { body: String(value.body) };
  if (!isJsonObject(value.form)) return {};
  const fields = Object.entries(value.form).map(([name, text]): [string, string] => [name, String(text)]);
  return { body: new URLSearchParams(fields).toString(), type: 'application/x-www-form-urlencoded' };
}

function unanswered({ failure, message }: Unanswered, why: string, durationMs: number): Performed {
  const finding = {
    subject: 'error',
    path: '',
    message: `no response: ${message}${why}`,
    expected: 'a response',
    actual: failure,
  };
  return { facts: { error: failure, duration: durationMs }, blocked: { unless: 'error', finding } };
}

function answered(answer: Answered, durationMs: number): Performed {
  const headers = headersFact(answer.headers);
  return {
    facts: { status: answer.status, headers, body: textOrBytes(answer.body), duration: durationMs },
    captures: { status: answer.status, headers, body: textOf(answer.body) },
    evidence: answer.body,
  };
}
