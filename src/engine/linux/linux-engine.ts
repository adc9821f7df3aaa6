import { setTimeout as sleep } from 'node:timers/promises';
import type { Engine, Sandbox, SandboxSpec } from '../../core/engine.ts';
import type { HostReport } from '../../core/host-feature.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { LinuxEngineOptions } from './engine-options.ts';
import { Host } from './host.ts';
import { probeHost } from './probe-host.ts';
import { takeCensus } from './sandbox/census.ts';
import { chooseMapping } from './sandbox/choose-mapping.ts';
import { LinuxSandbox } from './sandbox/linux-sandbox.ts';
import { openSandboxProcesses } from './sandbox/open-sandbox.ts';
import { probeCgroups } from './sandbox/probe-cgroups.ts';
import type { SandboxFacts } from './sandbox/sandbox-facts.ts';
import { SeccompCompiler } from './seccomp/seccomp-compiler.ts';

const disposeBudgetMs = 10_000;

/** The built-in runtime: no daemon, no root needed. */
export class LinuxEngine implements Engine {
  readonly name = 'linux';
  readonly #options: LinuxEngineOptions;
  readonly #host: Host;
  readonly #seccomp: SeccompCompiler;

  constructor(options: LinuxEngineOptions) {
    if (options.platform !== 'linux') {
      throw new MayflyError('HOST_NOT_LINUX', `containers need Linux, and this is ${options.platform}`);
    }
    this.#options = options;
    this.#host = new Host(options.environment);
    this.#seccomp = new SeccompCompiler({ arch: options.arch, kernelRelease: options.kernelRelease });
  }

  probeHost(): Promise<HostReport> {
    return probeHost(this.#host, this.#options);
  }

  async openSandbox(spec: SandboxSpec, signal: AbortSignal): Promise<Sandbox> {
    signal.throwIfAborted();
    const { mapping, release } = await chooseMapping(this.#host, this.#options);
    try {
      const [opened, facts] = await Promise.all([
        openSandboxProcesses(this.#host, {
          launcherPath: this.#options.launcherPath,
          layersDirectory: this.#options.layersDirectory,
          mapping,
        }),
        this.#facts(mapping, release),
      ]);
      const sandbox = new LinuxSandbox(spec, opened, facts);
      await sandbox.prepare();
      return sandbox;
    } catch (error) {
      await release();
      throw error;
    }
  }

  async #facts(mapping: SandboxFacts['mapping'], release: () => Promise<void>): Promise<SandboxFacts> {
    const [cgroups, oomScoreAdj, ipv6] = await Promise.all([
      probeCgroups(this.#host),
      this.#host.readText('/proc/self/oom_score_adj'),
      this.#host.readText('/proc/net/if_inet6'),
    ]);
    return {
      host: this.#host,
      mapping,
      cgroups,
      ipv6: ipv6 !== undefined,
      oomScoreAdj: Number(oomScoreAdj ?? 0),
      seed: this.#options.seed,
      upper: 'tmpfs',
      upperDirectory: '',
      disposeBudgetMs,
      randomBytes: this.#options.randomBytes,
      sleep: async (ms) => {
        await sleep(ms, undefined, { ref: false });
      },
      seccompFor: (process) => this.#seccomp.compile(process.seccomp, process.capabilities),
      census: async (opened, runId, budgetMs) => {
        const leaks = await takeCensus(this.#host, opened, { runId, cgroups, budgetMs, now: this.#options.now });
        await release();
        return leaks;
      },
    };
  }
}
