import { isJsonObject, type Json } from '../../core/json.ts';
import { MayflyError } from '../../core/mayfly-error.ts';

interface WantedPort {
  readonly port: number;
  readonly protocol: 'tcp' | 'udp';
}

/** `8080`, `"53/udp"`, `{ port: 53, proto: udp }`. */
export function parsePort(value: Json): WantedPort {
  if (isJsonObject(value))
    return { ...parsePort(value.port ?? ''), ...(value.proto === 'udp' ? { protocol: 'udp' } : {}) };
  const [, digits = '', protocol = 'tcp'] = /^(\d{1,5})(?:\/(tcp|udp))?$/.exec(String(value)) ?? [];
  const port = Number(digits);
  if (port < 1 || port > 65_535)
    throw new MayflyError('SCENARIO_WRONG_VALUE', `\`${String(value)}\` is no port`);
  return { port, protocol: protocol === 'udp' ? 'udp' : 'tcp' };
}
