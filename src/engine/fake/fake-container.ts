import { posix } from 'node:path';
import type { Duplex, Readable } from 'node:stream';
import type { Clock } from '../../core/clock.ts';
import type { ContainerSpec, ExitStatus, ProcessSpec, PublishedPort } from '../../core/container.ts';
import { DialError } from '../../core/dial-error.ts';
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
} from '../../core/engine.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { Probe, ProbeRights, Witness } from '../../core/probe.ts';
import { completeEnvironment } from './complete-environment.ts';
import { packLayer, unpackTree } from './fake-archive.ts';
import type { FakeFileSystem } from './fake-file-system.ts';
import { FakeGate } from './fake-gate.ts';
import { type FakeKernel, fakeProbe, fakeWitness } from './fake-kernel.ts';
import { lookInto } from './fake-look.ts';
import { openMachine } from './fake-machine.ts';
import type { FakeNamespace, FakeNetworks } from './fake-network.ts';
import { FakeProcess } from './fake-process.ts';
import type { FakePrograms } from './fake-program.ts';
import { resolveFakeUser } from './fake-user.ts';
import { findProgram } from './find-program.ts';

/** What a fake container is made of; its sandbox puts it together. */
export interface FakeContainerParts {
  readonly id: string;
  readonly spec: ContainerSpec;
  readonly files: FakeFileSystem;
  readonly namespace: FakeNamespace;
  readonly networks: FakeNetworks;
  readonly ports: readonly PublishedPort[];
  readonly programs: FakePrograms;
  readonly clock: Clock;
  readonly kernel: FakeKernel;
  readonly changes: (most: number) => FileChanges;
  readonly onRemove: () => void;
}

/** How long a connection nobody answers is tried, as a kernel would. */
const connectTimeoutMs = 10_000;

export class FakeContainer implements Container {
  readonly upper = 'tmpfs';
  readonly spec: ContainerSpec;
  readonly files: FakeFileSystem;
  readonly namespace: FakeNamespace;
  readonly #parts: FakeContainerParts;
  readonly #look: ReturnType<typeof lookInto>;
  readonly #gate = new FakeGate();
  readonly #processes = new Map<number, FakeProcess>();
  readonly #facts = new Map<number, ProcessFacts>();
  #main: FakeProcess;
  #nextPid = 1;
  #removed = false;

  constructor(parts: FakeContainerParts) {
    this.#parts = parts;
    this.spec = parts.spec;
    this.files = parts.files;
    this.#look = lookInto(this.files);
    this.namespace = parts.namespace;
    this.#main = this.#launch(parts.spec.process, true);
  }

  get name(): string {
    return this.spec.name;
  }

  get id(): string {
    return this.#parts.id;
  }

  get state(): ContainerState {
    if (this.#removed) return 'removed';
    if (this.#main.hasEnded) return 'exited';
    return this.#gate.closed ? 'paused' : 'running';
  }

  get main(): Process {
    return this.#main;
  }

  get networks(): readonly AttachedNetwork[] {
    return this.#parts.networks.attachmentsOf(this.namespace.owner);
  }

  get ports(): readonly PublishedPort[] {
    return this.#parts.ports;
  }

  async exec(spec: ProcessSpec, signal: AbortSignal): Promise<Process> {
    signal.throwIfAborted();
    this.#require('running', 'exec');
    return this.#launch(spec, false);
  }

  async start(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.#require('exited', 'start');
    this.#main = this.#launch(this.spec.process, true);
  }

  async stop(graceMs = this.spec.stopGraceMs): Promise<ExitStatus> {
    const main = this.#main;
    if (main.hasEnded) return main.exited;
    this.#gate.open();
    main.deliver(this.spec.stopSignal);
    const enough = new AbortController();
    const grace = this.#parts.clock.sleep(graceMs, enough.signal).then(
      () => main.deliver('SIGKILL'),
      () => {},
    );
    const status = await main.exited;
    enough.abort();
    await grace;
    return status;
  }

  async kill(signalName: string): Promise<void> {
    if (this.state === 'exited') throw this.#wrongState('kill');
    if (signalName === 'SIGKILL') this.#gate.open();
    this.#main.deliver(signalName);
  }

  async pause(): Promise<void> {
    this.#require('running', 'pause');
    this.#gate.close();
  }

  async unpause(): Promise<void> {
    this.#require('paused', 'unpause');
    this.#gate.open();
  }

  async connect(network: string): Promise<void> {
    this.#parts.networks.attach(this.name, { network, aliases: [] }, this.spec.hostname, this.namespace);
  }

  async disconnect(network: string): Promise<void> {
    this.#parts.networks.detach(this.name, network);
  }

  async remove(): Promise<void> {
    if (this.#removed) return;
    this.#gate.open();
    this.#main.deliver('SIGKILL');
    this.#removed = true;
    this.#parts.networks.detachAll(this.name);
    this.#parts.onRemove();
  }

  async dial(host: string, port: number, signal: AbortSignal): Promise<Duplex> {
    signal.throwIfAborted();
    try {
      return this.#parts.networks.dial(this.namespace, host, port);
    } catch (error) {
      if (error instanceof DialError && error.failure === 'timeout')
        await this.#parts.clock.sleep(connectTimeoutMs, signal);
      throw error;
    }
  }

  async listening(): Promise<readonly ListeningSocket[]> {
    return this.namespace.listening;
  }

  async processes(): Promise<readonly ProcessFacts[]> {
    return [...this.#facts.values()];
  }

  /** Every process uses a mebibyte and no time. */
  async usage(): Promise<ContainerUsage> {
    if (this.spec.measured !== true) return {};
    const pids = this.#processes.size;
    return { memoryBytes: pids * 2 ** 20, cpuMs: 0, pids, oomKills: 0 };
  }

  async probe(rights: ProbeRights, signal: AbortSignal): Promise<Probe> {
    signal.throwIfAborted();
    this.#require('running', 'probe');
    const environment = rights === 'itself' ? this.spec.process.environment : [];
    return fakeProbe(this.#parts.kernel, this.name, rights, environment);
  }

  async witness(): Promise<Witness> {
    if (this.state === 'exited' || this.state === 'removed') throw this.#wrongState('witness');
    return fakeWitness(this.#parts.kernel, this.name);
  }

  stat(path: string, options?: { readonly followLinks?: boolean }): Promise<FileFacts | undefined> {
    return this.#look.stat(path, options);
  }

  readFile(path: string, maxBytes: number): Promise<Uint8Array> {
    return this.#look.readFile(path, maxBytes);
  }

  readArchive(path: string): Readable {
    return this.#look.readArchive(path);
  }

  async changes(most: number): Promise<FileChanges> {
    return this.#parts.changes(most);
  }

  readLayer(): Readable {
    if (this.state !== 'exited')
      throw new MayflyError('CONTAINER_STATE', `cannot read the layer of ${this.name}: it is ${this.state}`);
    return packLayer(this.files, this.#parts.changes(Number.POSITIVE_INFINITY).entries);
  }

  async writeArchive(path: string, tar: Readable): Promise<void> {
    if (this.files.lookup(path)?.type !== 'directory')
      throw new MayflyError('PATH_NOT_FOUND', `\`${path}\` is no directory in \`${this.name}\``);
    await unpackTree(this.files, path, tar);
  }

  signalProcess(pid: number, name: string): void {
    this.#processes.get(pid)?.deliver(name);
  }

  #launch(spec: ProcessSpec, isMain: boolean): FakeProcess {
    const program =
      isMain && this.spec.idle ? idle : findProgram(spec.argv[0] ?? '', this.#parts.programs, this.files);
    const user = resolveFakeUser(
      spec.user,
      spec.groupAdd,
      textOf(this.files, '/etc/passwd'),
      textOf(this.files, '/etc/group'),
    );
    this.files.makeDirectories(spec.workingDir, { uid: user.uid, gid: user.gid });
    if (isMain) this.#nextPid = 1;
    const pid = this.#nextPid++;
    const process = new FakeProcess(pid, spec.stdin, spec.tty, this.#gate, this.#parts.clock);
    this.#processes.set(pid, process);
    this.#facts.set(pid, { pid, uid: user.uid, argv: spec.argv, name: posix.basename(spec.argv[0] ?? '') });
    process.onEnd.push(() => this.#processes.delete(pid));
    process.onEnd.push(() => this.#facts.delete(pid));
    if (isMain) process.onEnd.push(() => this.#endOthers(process));
    const environment = completeEnvironment(spec.environment, user.home, this.spec.hostname);
    const machine = openMachine(
      { argv: spec.argv, environment, workingDir: spec.workingDir, user, pid },
      process,
      this,
      this.#parts.programs,
    );
    void process.runToEnd(async () => program(machine));
    return process;
  }

  /** The end of PID 1 ends everything in its namespace (pid_namespaces(7)). */
  #endOthers(main: FakeProcess): void {
    this.#gate.open();
    for (const process of [...this.#processes.values()]) if (process !== main) process.deliver('SIGKILL');
  }

  #require(state: ContainerState, verb: string): void {
    if (this.state !== state) throw this.#wrongState(verb);
  }

  #wrongState(verb: string): MayflyError {
    return new MayflyError('CONTAINER_STATE', `cannot ${verb} \`${this.name}\`: it is ${this.state}`);
  }
}

const idle: FakePrograms[string] = async (machine) => {
  await machine.sleep(Number.POSITIVE_INFINITY);
  return 0;
};

function textOf(files: FakeFileSystem, path: string): string {
  return files.lookup(path) === undefined ? '' : new TextDecoder().decode(files.read(path));
}
