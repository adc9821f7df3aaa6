import { setMaxListeners } from 'node:events';
import { systemClock } from '../../../src/core/clock.ts';
import { type ConnectivityFacts, type Family, outsidePlaces } from '../../../src/core/connectivity.ts';
import type { Container } from '../../../src/core/engine.ts';
import type { FaultSpec } from '../../../src/core/fault.ts';
import type { JsonObject } from '../../../src/core/json.ts';
import type { PortOf } from '../../../src/scenario/connectivity/choose-columns.ts';
import { composeFacts, type Matrix } from '../../../src/scenario/connectivity/compose-facts.ts';
import { readTruth } from '../../../src/scenario/connectivity/read-truth.ts';
import { survey } from '../../../src/scenario/connectivity/survey.ts';

/** As the runner's signals: everybody who waits listens to it. */
const { signal } = new AbortController();
setMaxListeners(0, signal);

const clock = systemClock(() => performance.now());

export interface Asked {
  readonly container: Container;
  readonly ports?: readonly number[];
  readonly udpPorts?: readonly number[];
  /** The container whose network namespace it is in. */
  readonly namespaceOf?: string;
}

/** What a `connectivity` step with this value would find among these containers. */
export async function surveyOf(
  all: readonly Asked[],
  value: JsonObject,
  families: readonly Family[] = [4, 6],
): Promise<ConnectivityFacts> {
  return composeFacts(await matrixOf(all, value, families));
}

export async function matrixOf(
  all: readonly Asked[],
  value: JsonObject,
  families: readonly Family[] = [4, 6],
  faults: Iterable<FaultSpec> = [],
): Promise<Matrix> {
  const places = outsidePlaces.filter((place) => Array.isArray(value.also) && value.also.includes(place));
  const truth = readTruth(value, { services: all.map(knownAs), places });
  const services = all.map((one) => ({
    name: one.container.name,
    container: one.container,
    namespaceOf: one.namespaceOf ?? one.container.name,
    declaredPorts: declaredOf(one),
  }));
  return await survey({ services, truth, families, places, leftOut: [], faults, clock, signal });
}

/** As `expose` would. */
export const declaredOf = ({ ports = [], udpPorts = [] }: Asked): readonly PortOf[] => [
  ...ports.map((port): PortOf => ({ port, protocol: 'tcp' })),
  ...udpPorts.map((port): PortOf => ({ port, protocol: 'udp' })),
];

/** `web[1]` is one of `web`. */
export function knownAs({ container: { name } }: Asked): {
  readonly name: string;
  readonly instanceOf?: string;
} {
  const service = /^(.*)\[\d+\]$/.exec(name)?.[1];
  return service === undefined ? { name } : { name, instanceOf: service };
}

/** `client -> web:80/tcp 4 too-open open`, a line each. */
export function surprisesOf({ surprises }: ConnectivityFacts): readonly string[] {
  return surprises
    .map(({ from, to, port, protocol, family, verdict, outcome }) => {
      const target = port === undefined ? to : `${to}:${port}`;
      return `${from} -> ${target}/${protocol} ${family} ${verdict} ${outcome}`;
    })
    .sort();
}

/** Listens where it is told, says so, and tells of every connection. */
export const server = (...listens: readonly string[]): readonly string[] => [
  'node',
  '-e',
  `let left = ${listens.length};
   const up = () => { if (--left === 0) console.log('up'); };
   const server = () => require('node:net').createServer((socket) => socket.end('welcome'));
   ${listens.join(';')}`,
];
