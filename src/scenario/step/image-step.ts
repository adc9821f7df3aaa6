import type { Image, ImageConfig } from '../../core/image.ts';
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import { compileExpectations, type Expectation, type Facts, judge } from './expectations.ts';
import { defineStep } from './step-definition.ts';

interface ImageCheck {
  readonly name: string;
  readonly expectations: readonly Expectation[];
}

/** `image`: what the store has under a name. */
export const imageStep = defineStep<ImageCheck>({
  kind: 'image',
  async normalize(value, step, world) {
    if (!isJsonObject(value) || typeof value.name !== 'string')
      throw new MayflyError('SCENARIO_MISSING_KEY', '`image` needs `name:`, the image to look at');
    const { name, config = {}, ...wanted } = value;
    const fields = isJsonObject(config) ? config : {};
    if (Object.keys(fields).length + Object.keys(wanted).length === 0)
      throw new MayflyError('SCENARIO_ASSERTS_NOTHING', `\`image\` says nothing of \`${name}\``);
    return {
      name,
      expectations: await compileExpectations(
        { ...wanted, ...(Object.keys(fields).length === 0 ? {} : { config: fields }) },
        { factUnits: { size: 'bytes' }, factsByName: ['config'] },
        world.snapshotsOf(step),
      ),
    };
  },
  async perform({ name, expectations }, _step, world) {
    const facts = factsOf(world.image(name));
    return { facts, findings: judge(expectations, facts) };
  },
});

function factsOf({ config, layers, sizeBytes }: Image): Facts {
  return {
    size: sizeBytes,
    layers: layers.map(({ diffId }) => diffId),
    config: configFacts(config),
  };
}

/** By the words of `images: { NAME: { config: … } }`. */
function configFacts(config: ImageConfig): JsonObject {
  const { entrypoint, command, environment, user, workingDir, exposedPorts, volumes } = config;
  const { stopSignal, shell, labels, healthcheck } = config;
  return {
    entrypoint,
    command,
    environment: Object.fromEntries(environment.map(assignment)),
    user,
    working_dir: workingDir,
    expose: exposedPorts,
    volumes,
    stop_signal: stopSignal,
    shell,
    labels,
    ...(healthcheck === undefined ? {} : { healthcheck: healthcheck.test }),
  };
}

function assignment(entry: string): readonly [string, Json] {
  const equals = entry.indexOf('=');
  return equals < 0 ? [entry, ''] : [entry.slice(0, equals), entry.slice(equals + 1)];
}
