import type { Clock } from '../../core/clock.ts';
import type { Cell, ConnectivityFacts, Family, Listener } from '../../core/connectivity.ts';
import type { Container } from '../../core/engine.ts';
import type { FaultSpec } from '../../core/fault.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import { Scope } from '../../core/scope.ts';
import { askNames } from './ask-names.ts';
import { type Candidate, type Column, chooseColumns, type PortOf } from './choose-columns.ts';
import type { Matrix } from './compose-facts.ts';
import { faultsBetween, isCutBetween } from './faults-between.ts';
import { groupBy } from './group-by.ts';
import { measure } from './measure.ts';
import type { MeasuredCell } from './measured-cell.ts';
import type { OutsidePlace } from './outside-targets.ts';
import { Station, type Way } from './station.ts';
import { type Outsider, outsideColumns, surveyOutside } from './survey-outside.ts';
import type { Truth } from './truth.ts';

/** For ending probes: they are killed. */
const probeBudgetMs = 10_000;

/** Each is a socket for a moment, and a letter of an event. */
const mostCells = 250_000;

/** A service as the survey needs it. */
export interface Surveyed {
  readonly name: string;
  readonly container: Container;
  /** The container whose network namespace it is in: its own name, or another's. */
  readonly namespaceOf: string;
  readonly declaredPorts: readonly PortOf[];
}

export interface Survey {
  readonly services: readonly Surveyed[];
  readonly truth: Truth;
  readonly families: readonly Family[];
  /** Outside, what `also` asks for. */
  readonly places: readonly OutsidePlace[];
  readonly leftOut: ConnectivityFacts['leftOut'];
  /** Sockets for datagrams count only where they are declared: clients have such, and soon they are gone. */
  readonly ignoresHeardUdp?: true;
  /** Those that are on. */
  readonly faults?: Iterable<FaultSpec>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Every ordered pair of services, every port, and every place outside, as it is now. */
export async function survey(input: Survey): Promise<Matrix> {
  const { services, truth, families, places, leftOut, faults = [], clock, signal } = input;
  // One that begins or ends meanwhile was there, too; but only one that lasts is certain to have taken everything.
  const atFirst = [...faults];
  const either = (): ReadonlySet<FaultSpec> => new Set([...atFirst, ...faults]);
  const throughout = (): readonly FaultSpec[] => [...faults].filter((fault) => atFirst.includes(fault));
  const owners = new Map(services.map(({ name, namespaceOf }) => [name, namespaceOf]));
  const namespaceOf = (name: string): string => owners.get(name) ?? name;
  await using scope = new Scope(probeBudgetMs, clock);
  const candidates = await Promise.all(services.map((one) => candidateOf(one, input)));
  const columns = chooseColumns(candidates, truth);
  const outside = outsideColumns(places, truth);
  const opened = await openStations(services, waysOf(columns, families), scope, signal);
  const { stations, absent } = opened;
  const listeners = await standIn(columns, families, stations, candidates);
  const cells = services.flatMap(({ name: from }) =>
    [...columns, ...outside].flatMap((column) =>
      column.to === from
        ? []
        : families
            .filter((family) => [from, column.to].every((name) => !lacksOnly(stations.get(name), family)))
            .map((family): Cell => ({ from, ...column, family })),
    ),
  );
  if (cells.length > mostCells) throw tooMany(cells.length);
  const lacking = ({ from, to }: Cell): string | undefined => absent.get(to) ?? absent.get(from);
  const outsiders = outside.length === 0 ? [] : await outsidersOf(services, opened);
  const inside = measure({
    stations,
    cells: cells.filter((cell) => stations.has(cell.to) && lacking(cell) === undefined),
    listenerOf: (cell) => listeners.get(keyOf(cell, cell.family)),
    faultsOf: (cell) => faultsBetween(either(), cell, namespaceOf),
    isCut: (cell) => isCutBetween(throughout(), cell, namespaceOf),
    clock,
    signal,
  });
  const [measured, measuredOutside] = await Promise.all([
    inside,
    surveyOutside(outsiders, outside, families, clock, signal),
  ]);
  const containers = services.filter(({ name }) => stations.has(name));
  const running = new Map(containers.map(({ name, container }) => [name, container]));
  const unmeasured = cells.flatMap((cell): readonly MeasuredCell[] => {
    const evidence = lacking(cell);
    return evidence === undefined ? [] : [{ ...cell, outcome: 'unmeasured', witnessed: false, evidence }];
  });
  return {
    truth,
    families,
    services: services.map(({ name }) => name),
    columns: [...columns, ...outside],
    cells: [...(await askNames(measured, truth, running, signal)), ...measuredOutside, ...unmeasured],
    leftOut,
  };
}

/** It speaks the other IP version: that nothing is open over this one would say nothing of who may reach whom. */
const lacksOnly = (station: Station | undefined, family: Family): boolean =>
  station !== undefined &&
  station.addressesOf(family).length === 0 &&
  station.addressesOf(family === 4 ? 6 : 4).length > 0;

function tooMany(cells: number): MayflyError {
  const message = `the matrix would have ${cells} cells; the limit is ${mostCells} (mostCells)`;
  const hint = 'declare fewer ports, or ask for one IP version: `families: [4]`';
  return new MayflyError('SCENARIO_LIMIT', message, { hint });
}

async function outsidersOf(
  services: readonly Surveyed[],
  { stations }: Stations,
): Promise<readonly Outsider[]> {
  const found = await Promise.all(
    services.map(async ({ name, container }): Promise<readonly Outsider[]> => {
      const station = stations.get(name);
      return station === undefined ? [] : [{ name, station, witness: await container.witness() }];
    }),
  );
  return found.flat();
}

interface Heard extends Candidate {
  /** All that it listens at. */
  readonly sockets: readonly PortOf[];
}

async function candidateOf(
  { name, container, declaredPorts: declared }: Surveyed,
  { ignoresHeardUdp }: Pick<Survey, 'ignoresHeardUdp'>,
): Promise<Heard> {
  const sockets = container.state === 'running' ? await container.listening() : [];
  const listening = sockets.filter(
    ({ address, protocol }) =>
      !/^127\.|^::1$|^::ffff:127\./.test(address) && !(ignoresHeardUdp === true && protocol === 'udp'),
  );
  return { name, declared, listening, sockets };
}

function waysOf(columns: readonly Column[], families: readonly Family[]): readonly Way[] {
  const protocols = [...new Set(columns.map(({ protocol }) => protocol))];
  return protocols.flatMap((protocol) => families.map((family) => ({ protocol, family })));
}

interface Stations {
  readonly stations: ReadonlyMap<string, Station>;
  /** Services without one, and why. */
  readonly absent: ReadonlyMap<string, string>;
}

async function openStations(
  services: readonly Surveyed[],
  ways: readonly Way[],
  scope: Scope,
  signal: AbortSignal,
): Promise<Stations> {
  const stations = new Map<string, Station>();
  const absent = new Map<string, string>();
  const namespaces = groupBy(services, ({ namespaceOf }) => namespaceOf);
  await Promise.all(
    [...namespaces].map(async ([owner, members]) => {
      const running = members.filter(({ container }) => container.state === 'running');
      for (const { name, container } of members)
        if (container.state !== 'running') absent.set(name, `${name} does not run: it is ${container.state}`);
      const ownerOf = (all: typeof members): Surveyed | undefined =>
        all.find(({ container }) => container.name === owner);
      const host = ownerOf(running) ?? running[0];
      if (host === undefined) return;
      const { networks } = (ownerOf(services) ?? host).container;
      try {
        const station = await Station.open(host.container, networks, ways, signal);
        scope.own(`the helper in ${host.name}`, station);
        for (const { name } of running) stations.set(name, station);
      } catch (error) {
        signal.throwIfAborted();
        const why = error instanceof Error ? error.message : String(error);
        for (const { name } of running) absent.set(name, `no helper could be started in ${name}: ${why}`);
      }
    }),
  );
  return { stations, absent };
}

const keyOf = ({ to, protocol, port }: Column, family: Family): string =>
  `${to} ${protocol} ${port ?? ''} ${family}`;

/** Where nobody listens, the helper does. */
async function standIn(
  columns: readonly Column[],
  families: readonly Family[],
  stations: ReadonlyMap<string, Station>,
  candidates: readonly Heard[],
): Promise<ReadonlyMap<string, Listener>> {
  const listeners = new Map<string, Listener>();
  const byStation = groupBy(columns, ({ to }) => stations.get(to));
  await Promise.all(
    [...byStation].map(async ([station, own]) => {
      if (station === undefined) return;
      const wanted = own.flatMap(({ protocol, port }) =>
        protocol === 'tcp' && port !== undefined ? families.map((family) => ({ family, port })) : [],
      );
      const unique = new Map(wanted.map((one) => [`${one.port} ${one.family}`, one]));
      const found = await station.standIn([...unique.values()]);
      const byPort = new Map([...unique.keys()].map((key, index) => [key, found[index] === true]));
      for (const column of own)
        for (const family of families) {
          const listener = listenerOf(column, family, byPort, candidates);
          if (listener !== undefined) listeners.set(keyOf(column, family), listener);
        }
    }),
  );
  return listeners;
}

/** To datagrams it listens everywhere: it sees them come in whoever they are for. */
function listenerOf(
  { to, protocol, port }: Column,
  family: Family,
  ownTcp: ReadonlyMap<string, boolean>,
  candidates: readonly Heard[],
): Listener | undefined {
  if (protocol === 'icmp') return undefined;
  const heard = candidates.find(({ name }) => name === to)?.sockets ?? [];
  const isHeard = heard.some((each) => each.protocol === protocol && each.port === port);
  if (protocol === 'udp') return isHeard ? 'service' : 'helper';
  if (ownTcp.get(`${port} ${family}`) === true) return 'helper';
  return isHeard ? 'service' : 'nobody';
}
