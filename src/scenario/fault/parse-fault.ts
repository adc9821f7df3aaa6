import type { FaultWord } from '../../core/fault.ts';
import { faultWords } from '../../core/fault.ts';
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import { parseDurationMs, parseSizeBytes } from '../../core/units.ts';

/** A `fault` step as the runner does it; services are names of `ServicePlan`s, and nothing is a template any more. */
export type FaultStep = { readonly forMs: number } & (
  | { readonly kind: 'partition'; readonly cuts: readonly Cut[] }
  | ({ readonly kind: 'loss'; readonly percent: number } & OnTraffic)
  | {
      readonly kind: 'delay';
      readonly services: readonly string[];
      readonly delayMs: number;
      readonly jitterMs: number;
    }
  | { readonly kind: 'rate'; readonly services: readonly string[]; readonly bytesPerSecond: number }
  | ({ readonly kind: 'reset'; readonly port?: number } & OnTraffic)
  | {
      readonly kind: 'dns';
      readonly services: readonly string[];
      readonly names?: readonly string[];
      readonly answer: 'nxdomain' | 'servfail' | 'slow';
      readonly delayMs?: number;
    }
  | { readonly kind: 'kill' | 'pause'; readonly services: readonly string[] }
  | { readonly kind: 'disk_full'; readonly services: readonly string[]; readonly path: string }
);

interface OnTraffic {
  readonly services: readonly string[];
  readonly peers?: readonly string[];
}

interface Cut {
  readonly from: readonly string[];
  readonly to: readonly string[];
}

/** @throws MayflyError SCENARIO_WRONG_VALUE, SCENARIO_WRONG_UNIT for what expressions have made of it. */
export function parseFault(value: Json): FaultStep {
  const word = isJsonObject(value) ? faultWords.find((one) => value[one] !== undefined) : undefined;
  if (!isJsonObject(value) || word === undefined)
    throw new MayflyError('SCENARIO_WRONG_VALUE', `\`fault\` has exactly one of: ${faultWords.join(', ')}`);
  const forMs = value.for === undefined ? 0 : durationMs(value.for);
  return { forMs, ...parseKind(word, value[word] ?? null) };
}

type Kinds = FaultStep extends infer F ? (F extends FaultStep ? Omit<F, 'forMs'> : never) : never;

function parseKind(kind: FaultWord, operand: Json): Kinds {
  if (kind === 'partition') return { kind, cuts: cutsOf(operand) };
  const value: JsonObject = isJsonObject(operand) ? operand : { service: operand };
  const services = textsOf(value.service ?? null);
  switch (kind) {
    case 'loss':
      return { kind, ...trafficOf(value), percent: numberIn('percent', value.percent, 100) };
    case 'delay':
      return {
        kind,
        services,
        delayMs: durationMs(value.by ?? null),
        jitterMs: value.jitter === undefined ? 0 : durationMs(value.jitter),
      };
    case 'rate':
      return { kind, services, bytesPerSecond: bytesOf(value.limit ?? null) };
    case 'reset':
      return {
        kind,
        ...trafficOf(value),
        ...(value.port === undefined ? {} : { port: numberIn('port', value.port, 65_535) }),
      };
    case 'dns':
      return {
        kind,
        services,
        answer: answerOf(value.answer ?? 'nxdomain'),
        ...(value.names === undefined ? {} : { names: textsOf(value.names) }),
        ...(value.by === undefined ? {} : { delayMs: durationMs(value.by) }),
      };
    case 'kill':
    case 'pause':
      return { kind, services };
    case 'disk_full':
      return { kind, services, path: String(value.path ?? '/') };
    default:
      return kind satisfies never;
  }
}

/** Each group cannot send to any other; of `{ from, to }` only the one direction. */
function cutsOf(operand: Json): readonly Cut[] {
  if (isJsonObject(operand))
    return [{ from: textsOf(operand.from ?? null), to: textsOf(operand.to ?? null) }];
  const groups = Array.isArray(operand) ? operand.map((group: Json) => textsOf(group)) : [];
  return groups.flatMap((from, index) =>
    groups.flatMap((to, other) => (other === index ? [] : [{ from, to }])),
  );
}

function trafficOf({ service = null, to }: JsonObject): OnTraffic {
  return { services: textsOf(service), ...(to === undefined ? {} : { peers: textsOf(to) }) };
}

const textsOf = (value: Json): readonly string[] =>
  Array.isArray(value) ? value.map(String) : value === null ? [] : [String(value)];

function durationMs(value: Json): number {
  const ms = parseDurationMs(String(value));
  if (ms !== undefined) return ms;
  throw new MayflyError('SCENARIO_WRONG_UNIT', `\`${String(value)}\` is no duration`);
}

function bytesOf(value: Json): number {
  const bytes = parseSizeBytes(String(value)) ?? 0;
  if (bytes > 0) return bytes;
  throw new MayflyError('SCENARIO_WRONG_UNIT', `\`${String(value)}\` is no size above 0`);
}

function numberIn(key: string, value: Json | undefined, most: number): number {
  const number = Number(value);
  if (number > 0 && number <= most) return number;
  throw new MayflyError(
    'SCENARIO_WRONG_VALUE',
    `\`${key}\` is above 0, at most ${most}, and not ${String(value)}`,
  );
}

function answerOf(value: Json): 'nxdomain' | 'servfail' | 'slow' {
  if (value === 'nxdomain' || value === 'servfail' || value === 'slow') return value;
  throw new MayflyError(
    'SCENARIO_WRONG_VALUE',
    `a name server answers nxdomain, servfail or slow, not ${String(value)}`,
  );
}
