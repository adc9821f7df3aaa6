import type { SourceLocation } from './source-location.ts';

/** What may be opened on a network (language.md R12): these edges, and what answers them. Everything else is dropped. */
export interface NetworkPolicy {
  readonly allow: readonly AllowedEdge[];
  /** Where it is declared. */
  readonly at?: SourceLocation;
}

export interface AllowedEdge {
  /** Names of containers; undefined: every member of the network. */
  readonly from?: readonly string[];
  /** As `from`. */
  readonly to?: readonly string[];
  readonly protocol: 'tcp' | 'udp' | 'icmp';
  /** Undefined: every port; always so of icmp. */
  readonly port?: number;
  /** Where its rule stands. */
  readonly at?: SourceLocation;
}

/** Whether the one may open that port of the other. Of icmp the port does not matter. */
export function mayOpen(
  { allow }: NetworkPolicy,
  from: string,
  to: string,
  protocol: AllowedEdge['protocol'],
  port: number,
): boolean {
  return allow.some(
    (edge) =>
      edge.protocol === protocol &&
      (edge.from === undefined || edge.from.includes(from)) &&
      (edge.to === undefined || edge.to.includes(to)) &&
      (edge.port === undefined || edge.port === port),
  );
}

/** `web, api -> db:5432/tcp` */
export function renderEdge({ from, to, protocol, port }: AllowedEdge): string {
  const who = (names: readonly string[] | undefined): string => names?.join(', ') ?? '*';
  const where = protocol === 'icmp' ? '' : `:${port ?? '*'}`;
  return `${who(from)} -> ${who(to)}${where}/${protocol}`;
}
