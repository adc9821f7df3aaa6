import type { ContainerSpec, VolumeSpec } from '../../core/container.ts';
import type { Container, Engine, ImageFiles, Sandbox } from '../../core/engine.ts';
import type { Layer } from '../../core/image.ts';
import { MayflyError } from '../../core/mayfly-error.ts';

/** For ending the sandbox, whatever else has run out. */
const teardownMs = 20_000;

export const buildNetwork = 'build';

export interface BuildSandboxSpec {
  readonly runId: string;
  readonly egress: boolean;
  readonly volumes: readonly VolumeSpec[];
}

/** The one sandbox of a build, opened when a step first needs it: a build that is all in the cache opens none. */
export class BuildSandbox implements AsyncDisposable {
  readonly #engine: Engine;
  readonly #spec: BuildSandboxSpec;
  readonly #signal: AbortSignal;
  #opened: Promise<Sandbox> | undefined;
  #containers = 0;

  constructor(engine: Engine, spec: BuildSandboxSpec, signal: AbortSignal) {
    this.#engine = engine;
    this.#spec = spec;
    this.#signal = signal;
  }

  async files(layers: readonly Layer[]): Promise<ImageFiles> {
    return (await this.#open()).openImageFiles(layers, this.#signal);
  }

  async start(plan: (name: string) => ContainerSpec): Promise<Container> {
    const sandbox = await this.#open();
    this.#containers += 1;
    return sandbox.startContainer(plan(`step${this.#containers}`), this.#signal);
  }

  #open(): Promise<Sandbox> {
    const { runId, egress, volumes } = this.#spec;
    this.#opened ??= this.#engine.openSandbox(
      {
        runId,
        networks: egress ? [{ name: buildNetwork, egress }] : [],
        volumes,
        upper: 'disk',
      },
      this.#signal,
    );
    return this.#opened;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const sandbox = await this.#opened?.catch(() => undefined);
    if (sandbox === undefined) return;
    const leaks = await sandbox.close(teardownMs);
    if (leaks.length > 0) {
      const what = leaks.map((leak) => `${leak.kind} ${leak.what}`).join(', ');
      throw new MayflyError('LEAKED', `the build left something behind: ${what}`);
    }
  }
}
