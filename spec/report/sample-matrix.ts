import type { ConnectivityFacts, MatrixRow, Surprise } from '../../src/core/connectivity.ts';
import type { Json } from '../../src/core/json.ts';

const why = 'a SYN to 10.0.0.2 on app arrived at web; the service listens there';

const surprise = (change: Partial<Surprise>): Surprise => ({
  from: 'api',
  to: 'web',
  protocol: 'tcp',
  port: 80,
  family: 4,
  declared: 'deny',
  outcome: 'open',
  verdict: 'too-open',
  why,
  ...change,
});

const row = (from: string, declared: string, verdicts: string): MatrixRow => ({
  from,
  declared,
  measured: { ipv4: declared.replaceAll('a', 'o').replaceAll('d', 'u') },
  verdicts,
});

/** A path too many, one too few over IPv6 only, and one of which nothing is known. */
export const sampleMatrix: ConnectivityFacts = {
  version: 1,
  summary: '4 services, 5 targets, 30 cells over IPv4 and IPv6: 3 not as declared, 2 inconclusive',
  default: 'deny',
  families: [4, 6],
  columns: [
    { to: 'web', protocol: 'tcp', port: 80, listeners: { ipv4: 'service', ipv6: 'service' } },
    { to: 'web', protocol: 'icmp', listeners: {} },
    { to: 'api', protocol: 'tcp', port: 8080, listeners: { ipv4: 'service', ipv6: 'helper' } },
    { to: 'database', protocol: 'tcp', port: 5432, listeners: { ipv4: 'helper', ipv6: 'helper' } },
    { to: 'database', protocol: 'udp', port: 53, listeners: { ipv4: 'helper', ipv6: 'helper' } },
  ],
  rows: [
    row('client', 'adddd', '.....'),
    row('web', '--add', '--!..'),
    row('api', 'dd-ad', '!.-.?'),
    row('database', 'ddd--', '...--'),
  ],
  surprises: [
    surprise({}),
    surprise({ family: 6 }),
    surprise({
      from: 'web',
      to: 'api',
      port: 8080,
      family: 6,
      declared: 'allow',
      outcome: 'timed-out',
      verdict: 'too-closed',
    }),
    ...([4, 6] as const).map((family) =>
      surprise({
        to: 'database',
        protocol: 'udp',
        port: 53,
        family,
        outcome: 'unmeasured',
        verdict: 'inconclusive',
      }),
    ),
  ],
  leftOut: [],
};

/** Of `services` services with a port each, all as declared but the first cell. */
export function largeMatrix(services: number): ConnectivityFacts {
  const names = Array.from({ length: services }, (_unused, index) => `service-${index}`);
  return {
    ...sampleMatrix,
    columns: names.map((to) => ({ to, protocol: 'tcp', port: 80, listeners: {} })),
    rows: names.map((from, index) =>
      row(
        from,
        'd'.repeat(services),
        names.map((_name, at) => (at === index ? '-' : index === 1 && at === 0 ? '!' : '.')).join(''),
      ),
    ),
    surprises: [surprise({ from: 'service-1', to: 'service-0' })],
  };
}

export const asJson = (facts: ConnectivityFacts): Json => JSON.parse(JSON.stringify(facts));
