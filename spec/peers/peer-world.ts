import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What programs of the peers' need, and leave behind: all of it on file systems in memory that end with the world. */
const ownPlaces = [
  '/run',
  '/etc/docker',
  '/etc/cni',
  '/var/lib/docker',
  '/var/lib/containers',
  '/var/lib/cni',
];

/** Its process 1: bash reaps whatever is left to it, and ends with its input, which is ours. crun and podman refuse the hybrid layout of control groups. /sys shows the interfaces of who mounted it. */
const script = `set -e
umount /sys/fs/cgroup/unified 2>/dev/null || true
for place in ${ownPlaces.join(' ')}; do mkdir -p $place; mount -t tmpfs -o mode=755 tmpfs $place; done
mkdir /run/groups && mount --move /sys/fs/cgroup /run/groups
mount -t sysfs sysfs /sys && mount --move /run/groups /sys/fs/cgroup && rmdir /run/groups
ip link set lo up
echo ready
cat >/dev/null`;

/** Without CAP_SYS_RESOURCE podman cannot raise the hard limits it would otherwise give. */
const containersConf = `[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "crun"
`;

/**
 * A closed world for runtimes that are not ours: mounts, processes and a network of its own, with loopback and nothing else, so that what
 * is sent to its host or to the internet goes nowhere. It ends with its process 1, and all its processes with it.
 */
export class PeerWorld implements AsyncDisposable {
  readonly directory = mkdtempSync(join(tmpdir(), 'peers-'));
  readonly cgroup = `peers-${process.pid}`;
  readonly #holder: ChildProcess;
  #daemon: ChildProcess | undefined;
  #pid = '';

  private constructor() {
    const flags = ['--mount', '--net', '--pid', '--fork', '--kill-child', '--mount-proc'];
    this.#holder = spawn('unshare', [...flags, '--propagation', 'private', 'bash', '-c', script], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
  }

  static async open(): Promise<PeerWorld> {
    const world = new PeerWorld();
    const { stdout, pid } = world.#holder;
    if (stdout === null) throw new Error('a world without a voice');
    await once(stdout, 'data');
    world.#pid = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    writeFileSync(join(world.directory, 'containers.conf'), containersConf);
    world.#makeRootfs();
    return world;
  }

  get #enter(): readonly string[] {
    return ['--target', this.#pid, '--mount', '--net', '--pid', '--'];
  }

  get #environment(): NodeJS.ProcessEnv {
    return {
      PATH: `${process.env.PATH}:/usr/sbin:/sbin`,
      HOME: this.directory,
      CONTAINERS_CONF: join(this.directory, 'containers.conf'),
    };
  }

  /** In the world, from `/`. */
  async run(argv: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<string> {
    const { stdout } = await run('nsenter', [...this.#enter, ...argv], {
      env: { ...this.#environment, ...environment },
      cwd: '/',
      maxBuffer: 2 ** 24,
    });
    return stdout.trim();
  }

  /** The same of a program that may fail. */
  async status(argv: readonly string[], environment: NodeJS.ProcessEnv = {}) {
    return await this.run(argv, environment).then(
      (out) => ({ status: 0, out, err: '' }),
      (error: { readonly code?: number; readonly stdout?: string; readonly stderr?: string }) => ({
        status: error.code ?? -1,
        out: error.stdout ?? '',
        err: error.stderr ?? '',
      }),
    );
  }

  /** Its own image, of busybox alone; nothing is pulled. */
  async podman(...flags: readonly string[]): Promise<void> {
    await this.podmanRun(flags, ['sleep', '1000']);
  }

  async podmanRun(flags: readonly string[], argv: readonly string[]): Promise<void> {
    const isThere = (await this.run(['podman', 'images', '-q'])) !== '';
    if (!isThere) await this.run(['podman', 'import', '-q', this.#tar, 'peer:1']);
    const own = ['-d', `--cgroup-parent=/${this.cgroup}`];
    await this.run(['podman', 'run', ...own, ...flags, 'localhost/peer:1', ...argv]);
  }

  /** Of its process 1. */
  get pid(): number {
    return Number(this.#pid);
  }

  /** Outside, of a process that has this number in the world. */
  hostPid(inWorld: number): number {
    const found = readdirSync('/proc').filter(
      (name) => /^\d+$/.test(name) && isOf(name, inWorld, this.cgroup),
    );
    return Number(found[0]);
  }

  async docker(...flags: readonly string[]): Promise<void> {
    await this.#startDocker();
    await this.run(['docker', 'run', '-d', ...flags, 'peer:1', 'sleep', '1000']);
  }

  async #startDocker(): Promise<void> {
    if (this.#daemon !== undefined) return;
    const argv = ['dockerd', '--oom-score-adjust', '0', '--cgroup-parent', `/${this.cgroup}`];
    const daemon = spawn('nsenter', [...this.#enter, ...argv], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: this.#environment,
      cwd: '/',
    });
    this.#daemon = daemon;
    let said = '';
    await new Promise<void>((resolve, reject) => {
      daemon.stderr.on('data', (chunk) => {
        said += chunk;
        if (said.includes('API listen on')) resolve();
      });
      daemon.once('close', () => reject(new Error(`dockerd ended: ${said}`)));
    });
    await this.run(['docker', 'import', this.#tar, 'peer:1']);
  }

  /** `run` of a bundle of the runtime's own default configuration, with what `change` makes of it; `more` are words of a shell's command line. */
  async crun(
    id: string,
    change: (config: OciConfig) => OciConfig = (same) => same,
    more: readonly string[] = [],
  ): Promise<void> {
    await this.#runBundle('crun', id, change, more);
  }

  async runc(id: string): Promise<void> {
    await this.#runBundle('runc', id, (same) => same);
  }

  async #runBundle(
    runtime: 'crun' | 'runc',
    id: string,
    change: (config: OciConfig) => OciConfig,
    more: readonly string[] = [],
  ): Promise<void> {
    const bundle = join(this.directory, id);
    mkdirSync(bundle);
    await run('cp', ['-a', join(this.directory, 'rootfs'), bundle]);
    await this.run([runtime, 'spec', '--bundle', bundle]);
    const path = join(bundle, 'config.json');
    const config = JSON.parse(readFileSync(path, 'utf8')) as OciConfig;
    const own: OciConfig = {
      ...config,
      process: { ...config.process, terminal: false, args: ['sleep', '1000'] },
      linux: { ...config.linux, cgroupsPath: `/${this.cgroup}/${id}` },
    };
    writeFileSync(path, JSON.stringify(change(own)));
    await this.run([
      'sh',
      '-c',
      `${runtime} run --detach --bundle ${bundle} ${more.join(' ')} ${id} </dev/null >/dev/null 2>&1`,
    ]);
  }

  get rootfs(): string {
    return join(this.directory, 'rootfs');
  }

  get #tar(): string {
    return join(this.directory, 'rootfs.tar');
  }

  #makeRootfs(): void {
    for (const name of ['bin', 'etc', 'proc', 'sys', 'dev', 'tmp'])
      mkdirSync(join(this.rootfs, name), { recursive: true });
    writeFileSync(join(this.rootfs, 'etc/passwd'), 'root:x:0:0:root:/:/bin/sh\n');
    copyFileSync('/bin/busybox', join(this.rootfs, 'bin/busybox'));
    for (const name of ['sh', 'sleep']) symlinkSync('busybox', join(this.rootfs, 'bin', name));
    execFileSync('tar', ['-C', this.rootfs, '-cf', this.#tar, '.']);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // The end of process 1 is seen when all others have ended (pid_namespaces(7)).
    const ended = once(this.#holder, 'exit');
    process.kill(Number(this.#pid), 'SIGKILL');
    await ended;
    for (const controller of readdirSync('/sys/fs/cgroup'))
      removeGroups(`/sys/fs/cgroup/${controller}/${this.cgroup}`);
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** One that has gone meanwhile is none of those that are looked for. */
function isOf(name: string, inWorld: number, cgroup: string): boolean {
  try {
    const [, second] =
      /^NSpid:\t(.*)$/m.exec(readFileSync(`/proc/${name}/status`, 'utf8'))?.[1]?.split('\t') ?? [];
    return Number(second) === inWorld && readFileSync(`/proc/${name}/cgroup`, 'utf8').includes(`/${cgroup}`);
  } catch {
    return false;
  }
}

/** The part of the OCI's configuration that tests change. */
export interface OciConfig {
  readonly hostname?: string;
  readonly process: Readonly<Record<string, unknown>>;
  readonly root: Readonly<Record<string, unknown>>;
  readonly mounts: readonly Readonly<Record<string, unknown>>[];
  readonly linux: Readonly<Record<string, unknown>>;
}

/** Those of the world's own containers, in which nothing runs any more. */
function removeGroups(path: string): void {
  if (!existsSync(path)) return;
  for (const entry of readdirSync(path, { withFileTypes: true }))
    if (entry.isDirectory()) removeGroups(join(path, entry.name));
  rmdirSync(path);
}
