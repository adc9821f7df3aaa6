import { MayflyError } from '../../core/mayfly-error.ts';
import type { StoredLayer } from '../store/layer-store.ts';
import { applyConfig } from './apply-config.ts';
import type { BaseImage } from './base-image.ts';
import type { BuildCache } from './build-cache.ts';
import { stepKey } from './build-cache.ts';
import type { HistoryEntry } from './build-config.ts';
import type { BuildRequest } from './build-request.ts';
import type { BuildSandbox } from './build-sandbox.ts';
import type { BuildTools } from './build-tools.ts';
import type { BuildContext } from './context/build-context.ts';
import type { ContentDigests } from './context/content-digests.ts';
import { makeDirectoryStep } from './copy/copy-step.ts';
import { doCopy } from './copy/do-copy.ts';
import { dockerfileError } from './dockerfile/dockerfile-error.ts';
import { expandWord } from './dockerfile/expand-word.ts';
import type { Instruction } from './dockerfile/instruction.ts';
import type { PlannedDockerfile, PlannedInstruction, PlannedStage } from './plan-stages.ts';
import { readOnbuild } from './read-onbuild.ts';
import { doRun } from './run/do-run.ts';
import type { StageArguments } from './stage-arguments.ts';
import { noFiles, type StageFiles } from './stage-files.ts';
import { lookUp, type StageState } from './stage-state.ts';

/** What the stages of one build share. */
export interface BuildWork {
  readonly request: BuildRequest;
  readonly planned: PlannedDockerfile;
  readonly tools: BuildTools;
  readonly cache: BuildCache;
  readonly sandbox: BuildSandbox;
  readonly stageArguments: StageArguments;
  /** The build's own, or a directory that has this name as a context of its own. */
  readonly context: (name?: string) => BuildContext;
  readonly isDirectory: (name: string, stage: PlannedStage) => boolean;
  readonly digests: ContentDigests;
  /** What `--from` names, as seen from a stage: a stage before it, a named context, or an image. */
  readonly sourceOf: (name: string, stage: PlannedStage) => Promise<BaseImage>;
  readonly nextStep: () => number;
}

/** One step: what it is made from, for the cache, and how it is made. */
export interface Step {
  readonly key: readonly unknown[];
  readonly make: (
    onText: (stream: 'stdout' | 'stderr', text: string) => void,
  ) => Promise<StoredLayer | undefined>;
}

/** Builds a stage, instruction by instruction. */
export class StageBuilder {
  readonly work: BuildWork;
  readonly stage: PlannedStage;

  constructor(work: BuildWork, stage: PlannedStage) {
    this.work = work;
    this.stage = stage;
  }

  async build(base: BaseImage): Promise<StageState> {
    const { file } = this.work.planned;
    const triggered = readOnbuild(base.config.onBuild, file);
    const all = [...triggered, ...this.stage.instructions];
    let state: StageState = {
      config: { ...base.config, onBuild: [] },
      layers: base.layers,
      history: base.history,
      scope: new Map(),
      ownCommand: false,
    };
    for (const [at, each] of all.entries()) {
      this.work.tools.signal.throwIfAborted();
      state = await this.#locating(each.written, () =>
        this.#instruct(state, each, `${at + 1}/${all.length}`),
      );
    }
    return state;
  }

  /** Errors without a place get the line of the instruction. */
  async #locating<T>(written: Instruction, act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      const { file } = this.work.planned;
      if (error instanceof MayflyError && error.code === 'BUILD_STEP_FAILED' && error.at === undefined)
        throw new MayflyError(error.code, error.message, { ...placeOf(written, file.file), cause: error });
      if (error instanceof MayflyError || !(error instanceof Error) || 'syscall' in error) throw error;
      if (error.name === 'AbortError') throw error;
      throw dockerfileError(file.file, written, error.message);
    }
  }

  async #instruct(
    state: StageState,
    { written, parsed }: PlannedInstruction,
    number: string,
  ): Promise<StageState> {
    const { file } = this.work.planned;
    const { escapeCharacter } = file;
    const title = `[${this.stage.name ?? `stage-${this.stage.index}`} ${number}] ${oneLine(written)}`;
    const next = applyConfig(state, parsed, escapeCharacter, this.work.stageArguments);
    switch (parsed.kind) {
      case 'run': {
        const step = await doRun(this, state, parsed.run);
        const layer = await this.#step(state, title, step);
        return this.#after(next, layer, `RUN ${step.argv.join(' ')}`);
      }
      case 'copy': {
        const layer = await this.#step(state, title, await doCopy(this, state, parsed.copy));
        return this.#after(next, layer, oneLine(written));
      }
      case 'workdir': {
        const path = next.config.workingDir;
        const { tools, request } = this.work;
        const layer = await this.#step(state, title, {
          key: ['workdir', path],
          make: async () => {
            await using files = await this.filesOf(state);
            return await makeDirectoryStep(path, files, request.sourceDateEpoch, tools);
          },
        });
        return this.#after(next, layer, `WORKDIR ${path}`);
      }
      default:
        return this.#after(next, undefined, oneLine(written));
    }
  }

  async #step(state: StageState, title: string, { key, make }: Step): Promise<StoredLayer | undefined> {
    const { cache, request, tools } = this.work;
    const step = this.work.nextStep();
    tools.emit({ kind: 'stepStarted', step, title });
    const parents = state.layers.map(({ diffId }) => diffId);
    const name = stepKey([parents, request.sourceDateEpoch, tools.platform, ...key]);
    const cached = request.noCache ? undefined : cache.find(name);
    const stored = cached?.diffId == null ? undefined : findBuilt(cached.diffId, tools);
    if (cached !== undefined && (cached.diffId === null || stored !== undefined)) {
      tools.emit({ kind: 'stepCached', step });
      return stored;
    }
    try {
      const layer = await make((stream, text) => tools.emit({ kind: 'stepOutput', step, stream, text }));
      await cache.add(name, layer?.diffId);
      tools.emit({ kind: 'stepDone', step });
      return layer;
    } catch (error) {
      tools.emit({
        kind: 'stepFailed',
        step,
        message: error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error),
      });
      throw error;
    }
  }

  #after(state: StageState, layer: StoredLayer | undefined, createdBy: string): StageState {
    const entry: HistoryEntry = {
      created: renderEpoch(this.work.request.sourceDateEpoch),
      created_by: createdBy,
      comment: 'mayfly build',
      ...(layer === undefined ? { empty_layer: true } : {}),
    };
    const layers = layer === undefined ? state.layers : [...state.layers, layer];
    return { ...state, layers, history: [...state.history, entry] };
  }

  /** The files of a stage as it is; until disposed of. */
  async filesOf({ layers }: Pick<StageState, 'layers'>): Promise<StageFiles & AsyncDisposable> {
    if (layers.length === 0) return { ...noFiles, async [Symbol.asyncDispose]() {} };
    return this.work.sandbox.files(layers);
  }

  expand(state: StageState, word: string): string {
    return expandWord(word, (name) => lookUp(state, name), this.work.planned.file.escapeCharacter);
  }
}

/** Whole: unpacked, and packed as it is to be saved. */
function findBuilt(diffId: string, { layers, blobs }: BuildTools): StoredLayer | undefined {
  return blobs.has(diffId) ? layers.find(diffId) : undefined;
}

export function renderEpoch(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(/\.\d+Z$/, 'Z');
}

function placeOf(
  { line, source }: Instruction,
  file: string,
): Pick<MayflyError, 'at' | 'sourceLine'> & {
  readonly at: NonNullable<MayflyError['at']>;
  readonly sourceLine: string;
  readonly length: number;
} {
  return {
    at: { file, line, column: source.length - source.trimStart().length + 1 },
    sourceLine: source,
    length: Math.max(1, source.trim().length),
  };
}

/** As it is written, on one line. */
function oneLine({ keyword, flags, text }: Instruction): string {
  const given = flags.map(({ name, value }) => `--${name}${value === undefined ? '' : `=${value}`}`);
  return [keyword, ...given, text.replaceAll(/\s+/g, ' ').trim()].join(' ');
}
