import type { ImageConfig } from '../../core/image.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { PrepareContext } from '../add-to-store.ts';
import { checkPlatform, parsePlatform } from '../image-platform.ts';
import type { SourcedLayer } from '../image-source.ts';
import { layerTypeOf } from '../oci/media-types.ts';
import { BlobStore } from '../store/blob-store.ts';
import { LayerStore, type StoredLayer } from '../store/layer-store.ts';
import { type BaseImage, BaseImages, scratch } from './base-image.ts';
import { BuildCache } from './build-cache.ts';
import type { BuildConfig } from './build-config.ts';
import { defaultShell } from './build-config.ts';
import type { BuildEvent } from './build-event.ts';
import type { BuildRequest } from './build-request.ts';
import { BuildSandbox } from './build-sandbox.ts';
import type { BuildTools } from './build-tools.ts';
import type { BuilderHost } from './builder-host.ts';
import { BuildContext } from './context/build-context.ts';
import { DockerIgnore } from './context/docker-ignore.ts';
import { dockerfileError } from './dockerfile/dockerfile-error.ts';
import { expandWord } from './dockerfile/expand-word.ts';
import { parseDockerfile } from './dockerfile/parse-dockerfile.ts';
import { neededStages } from './needed-stages.ts';
import {
  findStage,
  type PlannedDockerfile,
  type PlannedStage,
  planStages,
  refuseLaterStage,
  requireTarget,
} from './plan-stages.ts';
import { renderBuildConfig } from './render-build-config.ts';
import { StageArguments } from './stage-arguments.ts';
import { type BuildWork, renderEpoch, StageBuilder } from './stage-builder.ts';
import type { StageState } from './stage-state.ts';

export interface BuiltImage {
  /** The configuration's bytes, whose digest is the image's id. */
  readonly configuration: Uint8Array;
  readonly config: ImageConfig;
  /** In the store already. */
  readonly layers: readonly SourcedLayer[];
  readonly createdAt: string;
}

/** Builds a Dockerfile. Stages that do not need each other are built at the same time. */
export async function buildImage(
  request: BuildRequest,
  host: BuilderHost,
  context: PrepareContext,
  emit: (event: BuildEvent) => void,
): Promise<BuiltImage> {
  const planned = planStages(await parseDockerfile(request.dockerfileText, request.dockerfile));
  const target = requireTarget(planned, request.target);
  const giveUp = new AbortController();
  const { paths, self, ids } = context;
  const tools: BuildTools = {
    ...context,
    layers: new LayerStore(paths, ids, self),
    blobs: new BlobStore(paths, self),
    emit,
    signal: AbortSignal.any([context.signal, giveUp.signal]),
  };
  const egress = request.network !== 'none';
  const spec = { runId: host.newRunId(), egress, volumes: [] };
  await using sandbox = new BuildSandbox(host.engine, spec, tools.signal);
  const bases = new BaseImages(tools);
  const build = new Build(request, planned, tools, sandbox, bases);
  const running = neededStages(planned, target).map((stage) => build.stage(stage));
  try {
    const [state] = await Promise.all([build.stage(target), ...running]);
    await build.finish();
    return toImage(state, request, tools, bases);
  } finally {
    giveUp.abort();
    await Promise.allSettled(running);
  }
}

class Build {
  readonly #work: BuildWork;
  readonly #stages = new Map<number, Promise<StageState>>();
  readonly #bases: BaseImages;
  #steps = 0;
  readonly #contexts = new Map<string, BuildContext>();

  constructor(
    request: BuildRequest,
    planned: PlannedDockerfile,
    tools: BuildTools,
    sandbox: BuildSandbox,
    bases: BaseImages,
  ) {
    this.#bases = bases;
    const cache = new BuildCache(tools.paths, tools.self);
    this.#work = {
      request,
      planned,
      tools,
      cache,
      sandbox,
      stageArguments: new StageArguments(planned, request, tools.platform),
      context: (name) => this.#openContext(name),
      isDirectory: (name, stage) => this.#isDirectory(name, stage),
      digests: cache.digestsOf(request.context),
      sourceOf: (name, stage) => this.#sourceOf(name, stage),
      nextStep: () => {
        this.#steps += 1;
        return this.#steps;
      },
    };
  }

  stage(stage: PlannedStage): Promise<StageState> {
    const running = this.#stages.get(stage.index) ?? this.#buildStage(stage);
    this.#stages.set(stage.index, running);
    return running;
  }

  /** When all went well. */
  async finish(): Promise<void> {
    const { cache, request, digests, stageArguments, tools } = this.#work;
    await cache.keepDigests(request.context, digests);
    const { unused } = stageArguments;
    if (unused.length > 0)
      tools.emit({ kind: 'warning', message: `build arguments that no ARG asks for: ${unused.join(', ')}` });
  }

  #openContext(name = ''): BuildContext {
    const { request, tools } = this.#work;
    const known = this.#contexts.get(name);
    if (known !== undefined) return known;
    const named = request.contexts[name];
    // .dockerignore is the build context's.
    const opened =
      named?.kind === 'directory'
        ? new BuildContext(named.path, new DockerIgnore(''), tools.limits)
        : new BuildContext(request.context, new DockerIgnore(request.ignoreText), tools.limits);
    this.#contexts.set(name, opened);
    return opened;
  }

  #isDirectory(name: string, stage: PlannedStage): boolean {
    const { planned, request } = this.#work;
    if (findStage(planned.stages.slice(0, stage.index), name) !== undefined) return false;
    return Object.hasOwn(request.contexts, name) && request.contexts[name]?.kind === 'directory';
  }

  async #buildStage(stage: PlannedStage): Promise<StageState> {
    const { planned, stageArguments, tools } = this.#work;
    const expand = (word: string): string =>
      expandWord(word, stageArguments.global, planned.file.escapeCharacter);
    let base: BaseImage;
    try {
      if (stage.platform !== undefined) checkPlatform(parsePlatform(expand(stage.platform)), tools.platform);
      const image = expand(stage.image);
      if (image === '') throw new Error(`\`FROM ${stage.image}\` names no image: a variable in it is empty`);
      base = await this.#baseOf(image, stage);
    } catch (error) {
      if (!(error instanceof Error) || tools.signal.aborted || 'syscall' in error) throw error;
      if (!(error instanceof MayflyError))
        throw dockerfileError(planned.file.file, stage.from, error.message);
      if (error.at !== undefined) throw error;
      const place = dockerfileError(planned.file.file, stage.from, '');
      throw new MayflyError(error.code, error.message, {
        ...(place.at === undefined ? {} : { at: place.at }),
        sourceLine: stage.from.source,
        length: place.length,
        hint: error.hint,
        cause: error,
      });
    }
    return new StageBuilder(this.#work, stage).build(base);
  }

  async #sourceOf(name: string, stage: PlannedStage): Promise<BaseImage> {
    const { planned, request } = this.#work;
    if (!Object.hasOwn(request.contexts, name)) refuseLaterStage(planned.stages, stage, name);
    return this.#baseOf(name, stage);
  }

  async #baseOf(name: string, stage: PlannedStage): Promise<BaseImage> {
    if (name === 'scratch') return scratch;
    const earlier = findStage(this.#work.planned.stages.slice(0, stage.index), name);
    if (earlier !== undefined) return this.stage(earlier);
    const { contexts } = this.#work.request;
    const context = Object.hasOwn(contexts, name) ? contexts[name] : undefined;
    if (context?.kind === 'directory')
      throw new Error(`\`${name}\` is a directory, and no image to begin with`);
    return context?.kind === 'image' ? this.#bases.from(context.source) : this.#bases.named(name);
  }
}

function toImage(state: StageState, request: BuildRequest, tools: BuildTools, bases: BaseImages): BuiltImage {
  const labels = { ...state.config.labels, ...request.labels };
  const config: BuildConfig = { ...state.config, labels };
  const createdAt = renderEpoch(request.sourceDateEpoch);
  const configuration = Buffer.from(
    renderBuildConfig({
      config,
      platform: tools.platform,
      diffIds: state.layers.map(({ diffId }) => diffId),
      history: state.history,
      created: createdAt,
    }),
  );
  const { onBuild: _, shell, ...rest } = config;
  return {
    configuration,
    config: { ...rest, shell: shell ?? defaultShell },
    layers: state.layers.map((layer, at) => toSourced(layer, `layer ${at + 1}`, tools, bases)),
    createdAt,
  };
}

/** As the blob that was kept of it; a base image of this machine's own programs has none, and no promise of a digest. */
function toSourced(
  { diffId }: StoredLayer,
  what: string,
  { blobs }: BuildTools,
  bases: BaseImages,
): SourcedLayer {
  const sizeBytes = blobs.sizeOf(diffId);
  const blob =
    bases.blobOf(diffId) ??
    (sizeBytes === undefined ? undefined : { mediaType: layerTypeOf('none'), digest: diffId, sizeBytes });
  if (blob !== undefined) {
    const open = (): AsyncIterable<Uint8Array> => blobs.open(blob.digest);
    return { kind: 'tar', what, blob, diffId, open };
  }
  const entries = (): never => {
    throw new MayflyError('STORE_FAILED', `${what} was removed from the store while the image was built`);
  };
  return { kind: 'entries', what, recipe: diffId, entries };
}
