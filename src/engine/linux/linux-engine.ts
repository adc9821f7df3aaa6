import { setTimeout as sleep } from 'node:timers/promises';
import type { Engine, Sandbox, SandboxSpec } from '../../core/engine.ts';
import type { ForeignProcess } from '../../core/foreign-process.ts';
import type { HostReport } from '../../core/host-feature.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { LayerIds, LayerWriter } from '../../image/layer-writer.ts';
import type { ProgramRunner } from '../../image/program-runner.ts';
import type { ByteLocker } from '../../image/store/store-lock.ts';
import type { LinuxEngineOptions } from './engine-options.ts';
import { Host } from './host.ts';
import { layerIds } from './layer-ids.ts';
import { parseInterfaceCidr } from './net/cidr.ts';
import { probeHost } from './probe-host.ts';
import { LinuxProgramRunner } from './program-runner.ts';
import { takeCensus, takeSnapshot } from './sandbox/census.ts';
import { chooseMapping, userMapping } from './sandbox/choose-mapping.ts';
import { obstacleToDiskLimit } from './sandbox/disk-limit.ts';
import { Journal } from './sandbox/journal.ts';
import { LinuxSandbox } from './sandbox/linux-sandbox.ts';
import { type OpenedSandbox, openSandboxProcesses } from './sandbox/open-sandbox.ts';
import { probeCgroups } from './sandbox/probe-cgroups.ts';
import type { SandboxFacts } from './sandbox/sandbox-facts.ts';
import {
  chooseWritablePlace,
  refuseSizes,
  uppersDirectory,
  type WritablePlace,
} from './sandbox/writable-place.ts';
import { machineOf } from './seccomp/architectures.ts';
import { SeccompCompiler } from './seccomp/seccomp-compiler.ts';
import { noSlot } from './tape/op.ts';

const disposeBudgetMs = 10_000;
const inMemory: WritablePlace = { kind: 'memory' };

/** The built-in runtime: no daemon, no root needed. */
export class LinuxEngine implements Engine {
  readonly name = 'linux';
  readonly #options: LinuxEngineOptions;
  readonly #host: Host;
  readonly #seccomp: SeccompCompiler;
  readonly #journal: Journal;
  #swept: Promise<void> | undefined;
  #limitsDisk = false;

  constructor(options: LinuxEngineOptions) {
    if (options.platform !== 'linux') {
      throw new MayflyError('HOST_NOT_LINUX', `containers need Linux, and this is ${options.platform}`);
    }
    this.#options = options;
    this.#host = new Host(options.environment);
    this.#journal = new Journal(this.#host, options.stateDirectory);
    this.#seccomp = new SeccompCompiler({ arch: options.arch, kernelRelease: options.kernelRelease });
  }

  probeHost(): Promise<HostReport> {
    return probeHost(this.#host, this.#options);
  }

  async openSandbox(spec: SandboxSpec, signal: AbortSignal): Promise<Sandbox> {
    signal.throwIfAborted();
    const place = chooseWritablePlace(spec.upper, this.#options.kernelRelease);
    const mapping = await chooseMapping(this.#host, this.#options);
    const opening = openSandboxProcesses(this.#host, { ...this.#options, mapping });
    try {
      const [opened, facts] = await Promise.all([opening, this.#facts(), this.#sweepOnce()]);
      const writable = place === 'disk' ? await this.#placeOnDisk(opened, spec) : inMemory;
      const sandbox = new LinuxSandbox(spec, opened, { ...facts, writable, mapping: opened.mapping });
      await sandbox.prepare();
      return sandbox;
    } catch (error) {
      await opening.then(endSandbox).catch(() => {}); // nobody would get it, and so nobody would close it
      throw error;
    }
  }

  /** How the ids of images become ids on disk for this user. */
  async layerIds(): Promise<LayerIds> {
    return layerIds(await this.#layerMapping());
  }

  /** For unpacking images with the ids they name; a process of its own until it is disposed. */
  async openLayerWriter(): Promise<LayerWriter> {
    const { openLayerWriter } = await import('./open-layer-writer.ts');
    return openLayerWriter(this.#host, this.#options.launcherPath, await this.#layerMapping());
  }

  /** For locks on the image store; a process of its own until it is disposed. */
  async openByteLocker(): Promise<ByteLocker> {
    const { openByteLocker } = await import('./open-byte-locker.ts');
    return openByteLocker(this.#host, this.#options.launcherPath);
  }

  /** Programs of this machine that make images. */
  get programs(): ProgramRunner {
    return new LinuxProgramRunner(this.#host, this.#options.environment);
  }

  /** A process that this engine did not start, to be looked at. */
  async openForeign(pid: number): Promise<ForeignProcess> {
    const { openForeignProcess } = await import('./foreign/open-foreign-process.ts');
    const systemCalls = machineOf(this.#options.arch)?.abis[0]?.syscalls ?? {};
    return openForeignProcess(this.#host, { ...this.#options, systemCalls }, pid);
  }

  async #layerMapping() {
    const { uid, gid, login } = this.#options.user;
    return uid === 0 ? 'real-ids' : userMapping(this.#host, uid, gid, login);
  }

  async #removeTree(directory: string): Promise<void> {
    await using writer = await this.openLayerWriter();
    await writer.remove(directory);
  }

  #sweepOnce(): Promise<void> {
    this.#swept ??= this.#journal.sweep((directory) => this.#removeTree(directory));
    return this.#swept;
  }

  async #facts(): Promise<Omit<SandboxFacts, 'mapping' | 'writable'>> {
    const [cgroups, oomScoreAdj, ipv6] = await Promise.all([
      probeCgroups(this.#host),
      this.#host.readText('/proc/self/oom_score_adj'),
      this.#host.readText('/proc/net/if_inet6'),
    ]);
    return {
      host: this.#host,
      layersDirectory: this.#options.layersDirectory,
      cgroups,
      ipv6: ipv6 !== undefined,
      systemCalls: machineOf(this.#options.arch)?.abis[0]?.syscalls ?? {},
      hostRanges: this.#host.interfaceCidrs().flatMap((text) => parseInterfaceCidr(text)?.cidr ?? []),
      oomScoreAdj: Number(oomScoreAdj ?? 0),
      seed: this.#options.seed,
      journal: this.#journal,
      disposeBudgetMs,
      randomBytes: this.#options.randomBytes,
      sleep: async (ms, signal) => {
        await sleep(ms, undefined, { ref: false, ...(signal === undefined ? {} : { signal }) });
      },
      seccompFor: (process) => this.#seccomp.compile(process.seccomp, process.capabilities),
      snapshot: (opened, onDisk) => takeSnapshot(this.#host, opened, onDisk),
      census: async (opened, snapshot, runId, budgetMs) => {
        // What cannot be removed is found by the census, and stays in the journal for a later run.
        const { now } = this.#options;
        const deadline = now() + budgetMs;
        const remove = (directory: string): Promise<void> => this.#removeTree(directory);
        await this.#journal.finish(runId, remove, () => now() < deadline);
        const leaks = await takeCensus(this.#host, opened, snapshot, {
          runId,
          cgroups,
          budgetMs: Math.max(0, deadline - now()),
          now,
        });
        if (leaks.length === 0) await this.#journal.remove(runId);
        return leaks;
      },
    };
  }

  /** File systems of their own where they can be had, else a directory: journalled before it is made, in one tape. */
  async #placeOnDisk(opened: OpenedSandbox, spec: SandboxSpec): Promise<WritablePlace> {
    const directory = uppersDirectory(this.#options.stateDirectory);
    const obstacle = this.#limitsDisk ? undefined : await obstacleToDiskLimit(this.#host, opened, directory);
    this.#limitsDisk = obstacle === undefined; // else another sandbox tries again: this one may have been ended meanwhile
    if (obstacle === undefined) return { kind: 'loop', directory };
    refuseSizes(spec, obstacle);
    const path = `${directory}/${spec.runId}`;
    await this.#host.makeDirectory(directory, 0o700);
    const planWrite = await this.#journal.planner();
    await opened.supervisor.perform([
      ...planWrite(spec.runId, { cgroups: [], upperDirectory: path }),
      { kind: 'mkdir', dir: noSlot, path, mode: 0o700, flags: 0 },
    ]);
    return { kind: 'directory', path };
  }
}

async function endSandbox({ supervisor, ended }: OpenedSandbox): Promise<void> {
  supervisor.close();
  await ended;
}
