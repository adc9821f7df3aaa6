import { describe, expect, test } from 'vitest';
import { isJsonObject, type Json, type JsonObject } from '../../src/core/json.ts';
import { loadScenarios } from '../../src/scenario/load/load-scenarios.ts';
import type { PlanOptions } from '../../src/scenario/plan/plan-options.ts';
import { composeElements } from '../../tools/docs/compose-specification.ts';
import { type ComposeStatus, composeStatuses } from '../../tools/docs/compose-status.ts';
import { readSchemaPlaces } from '../../tools/docs/schema-places.ts';
import { planOf } from '../scenario/plan/scenario-builder.ts';

const schema = readSchemaPlaces();

interface ComposeKey extends ComposeStatus {
  readonly place: string;
}

const keys: readonly ComposeKey[] = composeElements.flatMap((element) =>
  composeStatuses(element, schema).map((status) => ({ ...status, place: element.place })),
);

function keysThat(...statuses: readonly ComposeStatus['status'][]): readonly ComposeKey[] {
  return keys.filter(({ status }) => statuses.includes(status));
}

/** A document that has nothing but a value at a place: `services.NAME.ports[]` → `{ services: { web: { ports: [value] } } }`. */
function documentWith(place: string, value: Json): JsonObject {
  const parts = place === '' ? [] : place.replaceAll('[]', '.[]').split('.');
  const nested = parts.reduceRight<Json>(
    (inner, part) => (part === '[]' ? [inner] : { [part === 'NAME' ? 'web' : part]: inner }),
    value,
  );
  return isJsonObject(nested) ? nested : {};
}

function findingsOf({ place, key }: ComposeKey): readonly string[] {
  const text = JSON.stringify(documentWith(place, { [key]: 'x' }));
  const { errors, warnings } = loadScenarios('x.yaml', text);
  return [
    ...errors.map(({ code, message }) => `error ${code} ${message}`),
    ...warnings.map(({ code, message }) => `warning ${code} ${message}`),
  ];
}

test('R13 every key of Compose has an answer', () => {
  expect(keysThat('unknown').map(({ place, key }) => `${place}.${key}`)).toEqual([]);
});

describe('R13 a key of Compose that is refused is refused by its name', () => {
  test.each(keysThat('refused'))('$place $key', (key) => {
    expect(findingsOf(key)).toContainEqual(
      expect.stringMatching(`^error SCENARIO_NO_EFFECT \`${key.key}\` has no effect: .`),
    );
  });
});

describe('R13 a key of Compose that can change no result is a warning', () => {
  test.each(keysThat('warning'))('$place $key', (key) => {
    const found = findingsOf(key);
    expect(found).toContainEqual(
      expect.stringMatching(`^warning SCENARIO_NO_EFFECT \`${key.key}\` has no effect: .`),
    );
    expect(found.filter((line) => line.startsWith('error') && line.includes(`\`${key.key}\``))).toEqual([]);
  });
});

interface Effect {
  readonly value?: Json;
  /** What else the service has, with the key and without. */
  readonly beside?: JsonObject;
  readonly document?: JsonObject;
}

/** Where the schema's own example is what holds anyway, or needs something beside it. */
const effects: Readonly<Record<string, Effect>> = {
  build: { beside: { image: 'registry.example.org/app:1' } },
  depends_on: { document: { services: { db: { image: 'tools', ready: { port: 1 } } } } },
  dns: { beside: { networks: ['out'] }, document: { networks: { out: { egress: true } } } },
  healthcheck: { value: { test: ['CMD', 'true'] } },
  memswap_limit: { beside: { mem_limit: '128m' } },
  networks: { document: { networks: { back: {} } } },
  image: { value: 'other', document: { images: { tools: { host: ['sh'] }, other: { host: ['cat'] } } } },
  secrets: { document: { secrets: { DB_PASSWORD: { default: 'x' } } } },
  configs: { document: { configs: { app_conf: { content: 'x' } } } },
  security_opt: { value: ['no-new-privileges:false'] },
  pull_policy: { value: 'always', document: { images: { tools: 'registry.example.org/app:1' } } },
  volumes: { document: { volumes: { pgdata: {} } } },
};

/** These say something to people and to checks, and nothing to the container. */
const withoutEffectOnPlans: readonly string[] = ['expose'];
/** The loader resolves it: spec/scenario/load/link.spec.ts. */
const resolvedByLoader: readonly string[] = ['extends'];

const options: Partial<PlanOptions> = {
  allow: { privileged: true, hostPaths: ['/'], publish: true },
  readText: () => 'FROM_FILE=1\n',
};

function planWith(service: JsonObject, { document = {}, beside = {} }: Effect): string {
  const others = isJsonObject(document.services) ? document.services : {};
  const web = { image: 'tools', ...beside, ...service };
  const { warnings, ...plan } = planOf({ ...document, services: { ...others, web } }, options);
  expect(warnings).toEqual([]);
  return JSON.stringify(plan);
}

describe('R13 a key of Compose that works changes what runs', () => {
  const elsewhere = [...withoutEffectOnPlans, ...resolvedByLoader];
  const working = keysThat('works', 'partly').filter(
    ({ place, key }) => place === 'services.NAME' && !elsewhere.includes(key),
  );
  const service = schema.places.get('services.NAME');

  test.each(working)('$key', ({ key }) => {
    const part = service?.properties[key];
    const [example = null] = Array.isArray(part?.examples) ? (part.examples as readonly Json[]) : [];
    const effect = effects[key] ?? {};
    expect(planWith({ [key]: effect.value ?? example }, effect)).not.toBe(planWith({}, effect));
  });

  test('those left out are in the language', () => {
    expect(elsewhere.filter((key) => service?.properties[key] === undefined)).toEqual([]);
  });
});
