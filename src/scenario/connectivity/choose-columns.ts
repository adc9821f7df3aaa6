import type { Protocol } from '../../core/connectivity.ts';
import type { Truth } from './truth.ts';

export interface PortOf {
  readonly port: number;
  readonly protocol: 'tcp' | 'udp';
}

/** A service that is asked about. */
export interface Candidate {
  readonly name: string;
  /** By `expose`, `ports` and `ready`. */
  readonly declared: readonly PortOf[];
  /** Where others could meet it: not at its loopback. */
  readonly listening: readonly PortOf[];
}

export interface Column {
  readonly to: string;
  readonly protocol: Protocol;
  readonly port?: number;
}

/**
 * What is asked of every service (language.md R23): each port that is declared, that a rule names, or that it listens on; of UDP the
 * last only where a rule speaks of UDP, for clients have such sockets, too. ICMP where a rule speaks of it.
 */
export function chooseColumns(services: readonly Candidate[], truth: Truth): readonly Column[] {
  const rules = [...truth.allow, ...truth.deny];
  const named = new Set(rules.map(({ protocol }) => protocol));
  return services.flatMap(({ name, declared, listening }): readonly Column[] => {
    const ruled = rules.flatMap(({ to, port, protocol }): readonly PortOf[] =>
      to.has(name) && port !== undefined && protocol !== 'icmp' ? [{ port, protocol }] : [],
    );
    const heard = listening.filter(({ protocol }) => protocol === 'tcp' || named.has('udp'));
    return [
      ...sorted([...declared, ...ruled, ...heard]).map((each) => ({ to: name, ...each })),
      ...(named.has('icmp') ? [{ to: name, protocol: 'icmp' as const }] : []),
    ];
  });
}

function sorted(ports: readonly PortOf[]): readonly PortOf[] {
  const unique = new Map(ports.map(({ port, protocol }) => [`${port}/${protocol}`, { port, protocol }]));
  return [...unique.values()].sort(
    (left, right) => left.protocol.localeCompare(right.protocol) || left.port - right.port,
  );
}
