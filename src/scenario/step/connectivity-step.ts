import type { ConnectivityFacts, Family, Surprise } from '../../core/connectivity.ts';
import { outsidePlaces, targetOf } from '../../core/connectivity.ts';
import { isJsonObject, type JsonObject } from '../../core/json.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import { groupBy } from '../connectivity/group-by.ts';
import type { Surveyed } from '../connectivity/survey.ts';
import type { Truth, TruthRule } from '../connectivity/truth.ts';
import type { RunningService } from '../run/running-service.ts';
import type { Facts, Finding } from './expectations.ts';
import { defineStep, type StepWorld } from './step-definition.ts';

/** `connectivity`: who reaches whom, measured from inside of each network namespace, against the declared truth table. */
export const connectivityStep = defineStep<JsonObject>({
  kind: 'connectivity',
  normalize: (value) => (isJsonObject(value) ? value : {}),
  async perform(value, _step, world, signal) {
    // Most scenarios have no such step, and every start would pay for it.
    const { readTruth } = await import('../connectivity/read-truth.ts');
    const { survey } = await import('../connectivity/survey.ts');
    const { idleRules } = await import('../connectivity/truth.ts');
    const { composeFacts } = await import('../connectivity/compose-facts.ts');
    const known = { services: world.services.map(({ plan }) => plan), places: placesOf(value) };
    const truth = readTruth(value, known);
    const { asked, leftOut } = chooseServices(world, truth);
    const services = await Promise.all(asked.map(surveyedOf));
    const families = familiesOf(value, asked);
    const places = outsidePlaces.filter((place) => known.places.includes(place));
    const { clock, faults } = world;
    const matrix = await survey({ services, truth, families, places, leftOut, faults, clock, signal });
    if (matrix.cells.length === 0) throw nothingAsked();
    const facts = composeFacts(matrix);
    const idle = idleRules(truth, matrix.cells).map(findingOfIdle);
    return { facts: asFacts(facts), findings: [...findingsOf(facts), ...idle] };
  },
});

const placesOf = ({ also }: JsonObject): readonly string[] => (Array.isArray(also) ? also.map(String) : []);

/** Who has ended as was declared is asked about only where a rule names it: then nothing can be shown. */
function chooseServices(
  world: StepWorld,
  truth: Truth,
): { readonly asked: readonly RunningService[]; readonly leftOut: ConnectivityFacts['leftOut'] } {
  const all = [...world.services].sort(asDeclared);
  const named = (name: string): boolean =>
    [...truth.allow, ...truth.deny].some((rule) => rule.named?.has(name) === true);
  const isLeftOut = ({ name, container, plan }: RunningService): boolean =>
    container.state !== 'running' && plan.exits !== undefined && !named(name);
  const leftOut = all.filter(isLeftOut);
  const asked = all.filter((service) => !leftOut.includes(service));
  if (asked.some(({ container }) => container.state === 'running'))
    return {
      asked,
      leftOut: leftOut.map(({ name }) => ({ service: name, reason: 'it has ended, as declared' })),
    };
  throw new MayflyError('CONTAINER_STATE', 'there is nobody to ask: no service runs');
}

/** They are started in any order; a matrix has always the same. */
function asDeclared({ plan: left }: RunningService, { plan: right }: RunningService): number {
  return (
    left.at.file.localeCompare(right.at.file) ||
    left.at.line - right.at.line ||
    left.at.column - right.at.column ||
    left.name.localeCompare(right.name, 'en', { numeric: true })
  );
}

async function surveyedOf({ name, container, plan, spec }: RunningService): Promise<Surveyed> {
  const { declaredPorts } = await import('../connectivity/declared-ports.ts');
  const namespaceOf = spec.network.kind === 'shared' ? spec.network.container : spec.name;
  return { name, container, namespaceOf, declaredPorts: declaredPorts(plan) };
}

/** Both, where networks have them, unless said otherwise. */
function familiesOf({ families }: JsonObject, services: readonly RunningService[]): readonly Family[] {
  const networks = services.flatMap(({ container }) => container.networks);
  const present = ([4, 6] as const).filter((family) =>
    networks.some(({ ipv4, ipv6 }) => (family === 4 ? ipv4 : ipv6) !== undefined),
  );
  const chosen = Array.isArray(families)
    ? ([4, 6] as const).filter((family) => families.includes(family))
    : present;
  const lacking = chosen.find((family) => !present.includes(family));
  if (networks.length === 0 || lacking === undefined) return chosen.length === 0 ? [4] : chosen;
  throw new MayflyError(
    'HOST_MISSING_FEATURE',
    `no network of the scenario has IPv${lacking} addresses here`,
    {
      hint: `leave ${lacking} out of \`families\`, or run where there is IPv${lacking}`,
    },
  );
}

function nothingAsked(): MayflyError {
  const message =
    'nothing was asked: no other service declares a port or listens on one, and no rule names one';
  return new MayflyError('SCENARIO_ASSERTS_NOTHING', message, {
    hint: 'declare ports with `expose:`, or name them in rules',
  });
}

const findingOfIdle = ({ text }: TruthRule): Finding => ({
  subject: text,
  path: '',
  message: 'speaks of nothing that was asked',
  expected: 'a pair of services, and ports that the second declares or listens on',
  actual: 'no cell of the matrix',
});

function asFacts(facts: ConnectivityFacts): Facts {
  const { columns, rows, surprises, leftOut, cut, ...rest } = facts;
  return {
    ...rest,
    columns: columns.map((column) => ({ ...column })),
    rows: rows.map((row) => ({ ...row })),
    surprises: surprises.map((surprise) => ({ ...surprise })),
    ...(cut === undefined ? {} : { cut: cut.map((one) => ({ ...one })) }),
    leftOut: leftOut.map((one) => ({ ...one })),
  };
}

function findingsOf({ summary, surprises, moreSurprises = 0 }: ConnectivityFacts): readonly Finding[] {
  if (surprises.length === 0) return [];
  const cells = [...groupBy(surprises, (one) => `${one.verdict} ${placeOf(one)}`).values()];
  const more = moreSurprises > 0 ? [`and ${moreSurprises} cells more: the facts of the step show which`] : [];
  return [
    {
      subject: 'connectivity',
      path: '',
      message: `is not as declared: ${summary}`,
      expected: 'the declared truth table',
      actual: [...cells.map(tell), ...more].join('\n'),
    },
  ];
}

const verdictWords = {
  'too-open': 'too open',
  'too-closed': 'too closed',
  inconclusive: 'inconclusive',
} as const;

const placeOf = (one: Surprise): string => `${one.from} -> ${targetOf(one)}`;

/** A line for one cell, over one IP version or both. */
function tell(same: readonly Surprise[]): string {
  const [first] = same;
  if (first === undefined) return '';
  const versions = same.map(({ family }) => `IPv${family}`).join(' and ');
  return `${placeOf(first)} over ${versions} is ${verdictWords[first.verdict]}: ${first.why}`;
}
