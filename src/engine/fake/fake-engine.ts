import type { Clock } from '../../core/clock.ts';
import type { Engine, Leak, SandboxSpec } from '../../core/engine.ts';
import { type HostFeature, type HostReport, hostFeatures } from '../../core/host-feature.ts';
import type { FakeKernel } from './fake-kernel.ts';
import type { FakeReach } from './fake-network.ts';
import type { FakePrograms } from './fake-program.ts';
import { FakeSandbox } from './fake-sandbox.ts';
import type { FakeTree } from './fake-tree.ts';
import { basicPrograms } from './program/basic-programs.ts';
import { shell } from './program/shell.ts';

export interface FakeEngineOptions {
  readonly clock: Clock;
  /** Beside the shell and the basic programs; a name here wins. */
  readonly programs?: FakePrograms;
  /** The content of layers, by `Layer.directory`. */
  readonly layers?: ReadonlyMap<string, FakeTree>;
  readonly reach?: FakeReach;
  readonly leaks?: readonly Leak[];
  /** How long every start of a container takes. */
  readonly startDelayMs?: number;
  readonly missingFeatures?: readonly HostFeature[];
  /** What probes and witnesses are answered. */
  readonly kernel?: FakeKernel;
}

/** The engine port in memory: scripted programs over a tiny file system, for tests of the layers above. */
export class FakeEngine implements Engine {
  readonly name = 'fake';
  readonly sandboxes: FakeSandbox[] = [];
  readonly #options: FakeEngineOptions;
  #number = 0;

  constructor(options: FakeEngineOptions) {
    this.#options = options;
  }

  async probeHost(): Promise<HostReport> {
    const missing = this.#options.missingFeatures ?? [];
    return {
      user: 'root',
      features: hostFeatures.map((feature) => {
        const available = !missing.includes(feature);
        return {
          feature,
          available,
          evidence: available ? 'fake' : 'scripted to be missing',
          cost: 'nothing',
          remedy: '',
          required: false,
        };
      }),
    };
  }

  async openSandbox(spec: SandboxSpec, signal: AbortSignal): Promise<FakeSandbox> {
    signal.throwIfAborted();
    const {
      clock,
      programs = {},
      layers = new Map(),
      reach = () => undefined,
      leaks = [],
      startDelayMs = 0,
      kernel = {},
    } = this.#options;
    const sandbox = new FakeSandbox({
      spec,
      clock,
      programs: { sh: shell, ...basicPrograms, ...programs },
      layers,
      reach,
      leaks,
      startDelayMs,
      kernel,
      nextNumber: () => (this.#number += 1),
    });
    this.sandboxes.push(sandbox);
    return sandbox;
  }
}
