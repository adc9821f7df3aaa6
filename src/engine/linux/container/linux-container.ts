import type { Duplex, Readable } from 'node:stream';
import type { ContainerSpec, ExitStatus, ProcessSpec, PublishedPort } from '../../../core/container.ts';
import type {
  AttachedNetwork,
  Container,
  ContainerState,
  ContainerUsage,
  FileChanges,
  FileFacts,
  ListeningSocket,
  Process,
  ProcessFacts,
} from '../../../core/engine.ts';
import { MayflyError } from '../../../core/mayfly-error.ts';
import type { Probe, ProbeRights, Witness } from '../../../core/probe.ts';
import { parseSignal } from '../../../core/signals.ts';
import { parseListening, planListening } from '../net/plan-listening.ts';
import { startProbe } from '../probe/start-probe.ts';
import type { Slot } from '../tape/op.ts';
import { ContainerFiles } from './container-files.ts';
import type { ContainerHome } from './container-home.ts';
import { dialFrom } from './dial.ts';
import { execInContainer } from './exec.ts';
import { hasEnded } from './has-ended.ts';
import type { LinuxProcess } from './linux-process.ts';
import { planSignalAll } from './plan-signal-all.ts';

/** One container of a sandbox. What it shares with the others is behind `ContainerHome`. */
export class LinuxContainer implements Container {
  readonly id: string;
  readonly spec: ContainerSpec;
  readonly #home: ContainerHome;
  readonly #pidfd: Slot;
  /** The container's mount namespace, which keeps its files reachable after its end. */
  readonly #mounts: Slot;
  readonly #files: ContainerFiles;
  #main: LinuxProcess | undefined;
  #state: ContainerState = 'exited';
  #starting: Promise<LinuxProcess> | undefined;
  #removing: Promise<void> | undefined;
  #seen: { readonly main: LinuxProcess; readonly hostPid: number } | undefined;

  constructor(spec: ContainerSpec, id: string, home: ContainerHome) {
    this.spec = spec;
    this.id = id;
    this.#home = home;
    this.#pidfd = home.slots.take();
    this.#mounts = home.slots.take();
    this.#files = new ContainerFiles(home, spec.name, this.#mounts);
  }

  get name(): string {
    return this.spec.name;
  }

  get state(): ContainerState {
    const lives = this.#state === 'running' || this.#state === 'paused';
    return lives && this.#main?.hasEnded === true ? 'exited' : this.#state;
  }

  get upper(): 'tmpfs' | 'disk' {
    return this.#home.upper;
  }

  get main(): Process {
    if (this.#main === undefined) throw new MayflyError('INTERNAL', `${this.name} has never been started`);
    return this.#main;
  }

  get networks(): readonly AttachedNetwork[] {
    return this.#home.networksOf(this.name);
  }

  get ports(): readonly PublishedPort[] {
    return this.#home.portsOf(this.name);
  }

  /** The container's pidfd, for those who share its namespaces. */
  get pidfd(): Slot {
    return this.#pidfd;
  }

  async start(signal: AbortSignal): Promise<void> {
    if (this.state !== 'exited' || this.#starting !== undefined) throw this.#wrongState('start');
    signal.throwIfAborted();
    this.#starting = this.#home.launch(this.spec, { pidfd: this.#pidfd, mounts: this.#mounts });
    try {
      this.#main = await this.#starting;
      this.#state = 'running';
    } finally {
      this.#starting = undefined;
    }
  }

  async exec(spec: ProcessSpec, signal: AbortSignal): Promise<Process> {
    signal.throwIfAborted();
    this.#requireRunning('exec');
    try {
      return await execInContainer(this.#home, this.spec, this.#pidfd, spec, this.#files);
    } catch (error) {
      throw hasEnded(error) ? this.#wrongState('exec', 'exited') : error;
    }
  }

  async stop(graceMs?: number): Promise<ExitStatus> {
    const main = this.#main;
    if (main === undefined) throw new MayflyError('INTERNAL', `${this.name} has never been started`);
    if (this.state === 'paused') await this.unpause();
    if (this.state !== 'running') return main.exited;
    await main.kill(this.spec.stopSignal);
    // Should the launcher end meanwhile, `exited` says so.
    const timer = setTimeout(() => main.kill('SIGKILL').catch(() => {}), graceMs ?? this.spec.stopGraceMs);
    return main.exited.finally(() => clearTimeout(timer));
  }

  async kill(signalName: string): Promise<void> {
    this.#requireRunning(`send ${signalName} to`);
    await this.main.kill(signalName);
    if (parseSignal(signalName) === 9) await this.main.exited;
  }

  async pause(): Promise<void> {
    this.#requireRunning('pause');
    await this.#signalAll('SIGSTOP');
    this.#state = 'paused';
  }

  async unpause(): Promise<void> {
    if (this.state !== 'paused') throw this.#wrongState('unpause');
    await this.#signalAll('SIGCONT');
    this.#state = 'running';
  }

  async connect(network: string): Promise<void> {
    this.#requireRunning('connect');
    await this.#home.connect(this.name, this.#pidfd, network);
  }

  async disconnect(network: string): Promise<void> {
    await this.#home.disconnect(this.name, network);
  }

  remove(): Promise<void> {
    this.#removing ??= this.#remove();
    return this.#removing;
  }

  async #remove(): Promise<void> {
    await this.#starting?.catch(() => {}); // its slots are in use until then
    if (this.#isAlive()) {
      await this.main.kill('SIGKILL').catch(() => {}); // the launcher has ended, and all processes with it
      await this.#main?.exited.catch(() => {});
    }
    this.#state = 'removed';
    await this.#home.removeContainer(this.spec, { pidfd: this.#pidfd, mounts: this.#mounts });
  }

  async dial(host: string, port: number, signal: AbortSignal): Promise<Duplex> {
    this.#requireRunning('connect from');
    try {
      return await dialFrom(this.#home, this.name, this.#pidfd, { host, port }, signal);
    } catch (error) {
      throw hasEnded(error) ? this.#wrongState('connect from', 'exited') : error;
    }
  }

  async listening(): Promise<readonly ListeningSocket[]> {
    if (!this.#isAlive()) return [];
    const scratch = this.#home.slots.take();
    try {
      const replies = await this.#home.init.perform(planListening(this.#pidfd, scratch, this.#home.ipv6));
      return parseListening(replies, this.#home.ipv6);
    } catch (error) {
      if (!this.#isAlive() || hasEnded(error)) return []; // it ended meanwhile
      throw error;
    } finally {
      this.#home.slots.give(scratch);
    }
  }

  async processes(): Promise<readonly ProcessFacts[]> {
    if (!this.#isAlive()) return [];
    try {
      const pid = await this.#hostPid();
      return pid === undefined ? [] : await this.#home.outside.processesOf(pid);
    } catch (error) {
      if (!this.#isAlive()) return []; // it ended meanwhile
      throw error;
    }
  }

  usage(): Promise<ContainerUsage> {
    return this.#home.usageOf(this.name);
  }

  async probe(rights: ProbeRights, signal: AbortSignal): Promise<Probe> {
    signal.throwIfAborted();
    this.#requireRunning('probe');
    try {
      return await startProbe(this.#home, this.spec, this.#pidfd, rights, this.#files);
    } catch (error) {
      throw hasEnded(error) ? this.#wrongState('probe', 'exited') : error;
    }
  }

  async witness(): Promise<Witness> {
    if (!this.#isAlive()) throw this.#wrongState('witness');
    const pid = await this.#hostPid();
    if (pid === undefined) throw this.#wrongState('witness', 'exited');
    return this.#home.outside.witnessOf(pid);
  }

  /** After its end: its file systems go away until it starts again. */
  async letGoOfFiles(): Promise<void> {
    await this.#home.init.perform([{ kind: 'close', slot: this.#mounts }]);
  }

  stat(path: string, options: { readonly followLinks?: boolean } = {}): Promise<FileFacts | undefined> {
    return this.#files.stat(path, options.followLinks ?? true);
  }

  readFile(path: string, maxBytes: number): Promise<Uint8Array> {
    return this.#files.readFile(path, maxBytes);
  }

  readArchive(path: string): Readable {
    return this.#files.readArchive(path);
  }

  changes(most: number): Promise<FileChanges> {
    return this.#files.changes(this.#home.partsOf(this.spec), most);
  }

  readLayer(): Readable {
    if (this.state !== 'exited') throw this.#wrongState('read the layer of');
    return this.#files.readLayer(this.#home.partsOf(this.spec));
  }

  writeArchive(path: string, tar: Readable): Promise<void> {
    return this.#files.writeArchive(path, tar);
  }

  async #signalAll(name: 'SIGSTOP' | 'SIGCONT'): Promise<void> {
    const signal = parseSignal(name) ?? 0;
    const process = this.#home.init.expectProcess(() => [{ kind: 'killAll', signal }]);
    try {
      await this.#home.init.perform(planSignalAll(process, this.#pidfd));
    } catch (error) {
      process.onLauncherEnded(error as Error);
      throw hasEnded(error) ? this.#wrongState('signal', 'exited') : error;
    }
    await process.exited;
    await this.main.kill(name);
  }

  /** The host's number of its PID 1, which keeps it: looked for once. Undefined after its end. */
  async #hostPid(): Promise<number | undefined> {
    const main = this.#main;
    if (main === undefined || main.hasEnded) return undefined;
    if (this.#seen?.main === main) return this.#seen.hostPid;
    const pid = await main.pidInSandbox();
    if (pid === undefined) return undefined;
    const hostPid = await this.#home.outside.hostPidOf(pid);
    this.#seen = { main, hostPid };
    return hostPid;
  }

  #isAlive(): boolean {
    return this.state === 'running' || this.state === 'paused';
  }

  #requireRunning(what: string): void {
    if (this.state !== 'running') throw this.#wrongState(what);
  }

  #wrongState(what: string, state = this.#starting === undefined ? this.state : 'starting'): MayflyError {
    return new MayflyError('CONTAINER_STATE', `cannot ${what} ${this.name}: it is ${state}`);
  }
}
