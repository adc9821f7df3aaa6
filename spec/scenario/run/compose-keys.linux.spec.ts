import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { isJsonObject, type Json, type JsonObject } from '../../../src/core/json.ts';
import { composeElements } from '../../../tools/docs/compose-specification.ts';
import { composeStatuses } from '../../../tools/docs/compose-status.ts';
import { readSchemaPlaces } from '../../../tools/docs/schema-places.ts';
import { MayflyBench, packageRoot } from '../../cli/mayfly-process.ts';
import { describeRequiring } from '../../requires.ts';
import { type ComposeProbe, composeProbes, shownElsewhere } from './compose-key-probes.ts';

const tools = ['sh', 'sleep', 'cat', 'head', 'tail', 'grep', 'touch', 'readlink', 'echo'];

function documentOf(probe: ComposeProbe, withKey: boolean): JsonObject {
  const { document = {}, beside = {}, service, steps } = probe;
  const others = isJsonObject(document.services) ? document.services : {};
  const command = service.extends === undefined ? { command: ['sleep', '1000'] } : {};
  const web = { image: 'tools', ...command, ...beside, ...(withKey ? service : {}) };
  return {
    name: nameOf(probe, withKey),
    timeout: '20s',
    ...document,
    images: { tools: { host: tools }, ...(isJsonObject(document.images) ? document.images : {}) },
    services: { ...others, web },
    steps,
  };
}

const nameOf = ({ key }: ComposeProbe, withKey: boolean): string => `${withKey ? 'with' : 'without'} ${key}`;

const isPossible = ({ requires = [] }: ComposeProbe): boolean =>
  requires.every((feature) => inject('hostFeatures').includes(feature));

const bench = new MayflyBench();
const outcomes = new Map<string, string>();
/** For whoever reads a failure. */
const evidence = new Map<string, Json>();

/** Every scenario, with the key and without, in one run: the runner takes as many at once as there are cores. */
async function runAll(): Promise<void> {
  bench.write('keys/app.env', 'FROM_FILE=from a file\n');
  for (const probe of composeProbes.filter(isPossible)) {
    for (const withKey of probe.control === 'alone' ? [true] : [true, false]) {
      const file = `keys/${nameOf(probe, withKey).replaceAll(' ', '-')}.yaml`;
      // JSON is YAML.
      bench.write(file, JSON.stringify(documentOf(probe, withKey), undefined, 2));
    }
  }
  const { out, err } = await bench.run([
    'test',
    'keys',
    '--report',
    'json',
    '--allow-privileged',
    '--allow-host-binds',
  ]);
  if (out === '') throw new Error(err);
  const report: { readonly scenarios: readonly { readonly name: string; readonly outcome: string }[] } =
    JSON.parse(out);
  for (const scenario of report.scenarios) {
    outcomes.set(scenario.name, scenario.outcome);
    evidence.set(scenario.name, JSON.parse(JSON.stringify(scenario)));
  }
}

describeRequiring(['userns', 'overlay', 'net'], 'R13 a key of Compose that works', () => {
  beforeAll(runAll, 120_000);
  afterAll(() => bench.remove());

  test.each(composeProbes.filter(isPossible))('R13 $key has its effect, seen from inside', (probe) => {
    const name = nameOf(probe, true);
    expect(outcomes.get(name), JSON.stringify(evidence.get(name), undefined, 1)).toBe(
      probe.outcome ?? 'passed',
    );
  });

  test.each(composeProbes.filter((probe) => isPossible(probe) && probe.control === undefined))(
    'R13 without $key the same look says no',
    (probe) => {
      const name = nameOf(probe, false);
      expect(outcomes.get(name), JSON.stringify(evidence.get(name), undefined, 1)).toBeOneOf(
        (probe.outcome ?? 'passed') === 'passed' ? ['failed', 'errored'] : ['passed'],
      );
    },
  );

  test.each(composeProbes.filter((probe) => !isPossible(probe)))(
    'R13 $key needs what is not here',
    (probe) => {
      expect(probe.requires).not.toEqual([]);
    },
  );

  test('R13 no key that works is left out', () => {
    const [service] = composeElements.filter(({ place }) => place === 'services.NAME');
    if (service === undefined) throw new Error('services are among the elements of Compose');
    const works = composeStatuses(service, readSchemaPlaces()).filter(({ status }) => status === 'works');
    const shown = new Set([...composeProbes.map(({ key }) => key), ...Object.keys(shownElsewhere)]);
    expect(works.map(({ key }) => key).filter((key) => !shown.has(key))).toEqual([]);
    expect([...shown].filter((key) => !works.some((one) => one.key === key))).toEqual([]);
  });

  test.each(Object.entries(shownElsewhere))('R13 %s is shown by %s', (key, file) => {
    const path = join(packageRoot, file);
    expect(existsSync(path) && readFileSync(path, 'utf8').includes(key)).toBe(true);
  });
});
