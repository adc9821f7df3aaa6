import { isJsonObject, type Json } from '../../core/json.ts';
import type { ReadyCondition, ServicePlan } from '../../core/plan.ts';
import { parsePort } from '../ready/parse-port.ts';
import type { PortOf } from './choose-columns.ts';

/** By `expose`, `ports` and `ready` (language.md R23). */
export function declaredPorts({ exposes = [], container, ready }: ServicePlan): readonly PortOf[] {
  return [
    ...exposes,
    ...container.ports.map(({ containerPort, protocol }) => ({ port: containerPort, protocol })),
    ...(ready === undefined ? [] : portsOfCondition(ready.condition)),
  ];
}

function portsOfCondition(condition: ReadyCondition): readonly PortOf[] {
  switch (condition.kind) {
    case 'all':
    case 'any':
      return condition.of.flatMap(portsOfCondition);
    case 'port':
      return [parsePort(condition.value)];
    case 'http':
      return [parsePort(portOfRequest(condition.value))];
    default:
      return [];
  }
}

const portOfRequest = (value: Json): Json => (isJsonObject(value) ? (value.port ?? 80) : 80);
