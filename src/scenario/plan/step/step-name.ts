import { isJsonObject, type Json, type JsonObject } from '../../../core/json.ts';
import type { StepKind } from '../../../core/step-kind.ts';
import { nameOfFault } from '../../fault/name-of-fault.ts';

const maxLength = 60;

/** What reports call a step without `name`: `run psql -At -c …`, `GET http://web/`, `wait for port 8080`. */
export function nameOfStep(kind: StepKind, value: Json): string {
  return shorten(describe(kind, value));
}

function describe(kind: StepKind, value: Json): string {
  if (kind === 'run') return `run ${Array.isArray(value) ? value.join(' ') : String(value)}`;
  if (kind === 'fault') return nameOfFault(value);
  if (kind === 'use') return `use ${String(value)}`;
  if (kind === 'wait') return typeof value === 'string' ? `wait ${value}` : `wait for ${condition(value)}`;
  const labels = labelsOfChecks[kind];
  if (labels !== undefined) return describeChecks(kind, value, labels);
  if (!isJsonObject(value)) return kind;
  switch (kind) {
    case 'http':
      return `${textOf(value, 'method') || (hasBody(value) ? 'POST' : 'GET')} ${textOf(value, 'url')}`;
    case 'logs':
      return `logs ${textOf(value, 'service')}`.trim();
    case 'copy':
      return `copy ${textOf(value, 'from')} to ${textOf(value, 'to')}`;
    case 'control':
      return controlled(value);
    case 'image':
      return `image ${textOf(value, 'name')}`;
    default:
      return kind;
  }
}

/** By what a check of a kind is told from others. */
const labelsOfChecks: Readonly<Partial<Record<StepKind, string>>> = {
  files: 'path',
  processes: 'match',
  ports: 'port',
  dns: 'name',
};

function describeChecks(kind: StepKind, value: Json, label: string): string {
  const checks: readonly Json[] = Array.isArray(value) ? value : [value];
  const names = checks.flatMap((check) => {
    const name = isJsonObject(check) ? check[label] : undefined;
    return typeof name === 'string' || typeof name === 'number' ? [String(name)] : [];
  });
  return `${kind} ${names.join(', ')}`.trim();
}

function condition(value: Json): string {
  if (!isJsonObject(value)) return '';
  const [kind = '', operand = null] =
    Object.entries(value).find(([key]) => key !== 'within' && key !== 'every') ?? [];
  return `${kind} ${typeof operand === 'object' ? '' : String(operand)}`.trim();
}

function controlled(value: JsonObject): string {
  const [action = 'control', service = ''] = Object.entries(value)[0] ?? [];
  return `${action} ${String(service)}`;
}

function hasBody(value: JsonObject): boolean {
  return 'body' in value || 'json' in value || 'form' in value;
}

function textOf(value: Json, key: string): string {
  const text = isJsonObject(value) ? value[key] : undefined;
  return typeof text === 'string' ? text : '';
}

/** One line, cut between characters. */
function shorten(text: string): string {
  const line = text.trim().replace(/\s+/g, ' ');
  const characters = [...line];
  return characters.length <= maxLength ? line : `${characters.slice(0, maxLength - 1).join('')}…`;
}
