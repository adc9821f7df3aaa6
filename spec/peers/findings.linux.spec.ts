import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { AuditReport } from '../../src/core/audit-report.ts';
import { findings, internalNetworks, type Peer, peers } from '../../tools/docs/verify-findings.ts';
import { program } from '../cli/mayfly-process.ts';
import { describePeers } from './describe-peers.ts';
import { PeerWorld } from './peer-world.ts';

const scenario = `name: own
images: { tools: { host: [sleep] } }
services: { web: { image: tools, command: [sleep, "98765"] } }
steps: [{ in: web, run: [sleep, "98764"], timeout: 10m }]
timeout: 10m
`;

describePeers('mayfly verify of containers that others started', () => {
  let world: PeerWorld;
  let own: Own;
  beforeAll(async () => {
    world = await PeerWorld.open();
    own = await startOwn(world);
    await world.crun('crun');
    await world.podman('--name=podman');
    await world.docker('--name=docker');
    await world.podman('--name=hardened', ...(peers.hardened.match(/--[^`\s]+/g) ?? []));
    await world.run(['podman', 'network', 'create', '--internal', 'sealed']);
    await world.run(['docker', 'network', 'create', '--internal', 'sealed']);
    await world.podman('--name=sealed', '--network=sealed');
    await world.docker('--name=sealed', '--network=sealed');
  }, 120_000);
  afterAll(async () => {
    await own?.end();
    await world?.[Symbol.asyncDispose]();
  });

  /** Inside the world: its host is what it can reach. */
  const mayfly = (...args: readonly string[]) =>
    world.status(['node', program, 'verify', ...args], placesIn(world));

  async function verify(...args: readonly string[]): Promise<AuditReport> {
    const { out, err } = await mayfly(...args, '--report', 'json');
    expect(err).toBe('');
    return JSON.parse(out) as AuditReport;
  }

  test.each(Object.keys(peers) as Peer[])('%s: exactly what is recorded does not hold', async (peer) => {
    const { target, notProbed, checks } = await verify(peer === 'mayfly' ? own.service : peer);
    expect(notProbed).toBeUndefined();
    const runtime = {
      crun: 'crun',
      podman: 'podman',
      docker: 'docker',
      hardened: 'podman',
      mayfly: undefined,
    };
    expect(target.container?.runtime).toBe(runtime[peer]);
    const seen = checks.filter(({ result }) => result !== 'pass' && result !== 'n/a');
    const recorded = findings.flatMap(({ check, results }) => {
      const result = results[peer];
      return result === undefined ? [] : [[check, result]];
    });
    expect(Object.fromEntries(seen.map(({ id, result }) => [id, result]))).toEqual(
      Object.fromEntries(recorded),
    );
  });

  test.each(Object.entries(internalNetworks))(
    'an --internal network of %s, and the host’s addresses',
    async (runtime, { result }) => {
      const { checks } = await verify(`${runtime}:sealed`, '--only', 'net.no-host');
      expect(checks).toMatchObject([{ id: 'net.no-host', result }]);
      expect(checks[0]?.evidence.join('\n')).toMatch(
        result === 'fail' ? /^172\.\d+\.0\.1 of the host answers/m : /there is no way to it/,
      );
    },
  );

  test('a hardened container passes, but for exceptions that are given their reasons', async () => {
    const excepted = findings.filter(({ results }) => results.hardened !== undefined);
    const flags = excepted.map(({ check, why }) => `--except=${check}=${why}`);
    const { status, out } = await mayfly('hardened', ...flags);
    expect([status, out]).toEqual([0, expect.stringContaining(`${excepted.length} excepted`)]);
  });

  test('what a careless container is given is found, from inside and outside', async () => {
    const [disk] = readdirSync('/sys/block').filter((name) => existsSync(`/dev/${name}`));
    expect(disk).toBeDefined();
    await world.podman(
      '--name=careless',
      '--pid=host',
      '--ipc=host',
      '--security-opt=seccomp=unconfined',
      '--security-opt=unmask=all',
      '--cap-add=SYS_PTRACE',
      `--device=/dev/${disk}:/dev/sda:r`,
      `--device=/dev/${disk}:/dev/deep/odd:r`,
      '--volume=/run/docker.sock:/run/docker.sock',
      '--volume=/etc:/data:ro',
    );
    const { checks } = await verify('careless');
    const failed = checks.filter(({ result }) => result === 'fail').map(({ id }) => id);
    expect(failed).toEqual(
      expect.arrayContaining([
        'ns.pid',
        'ns.ipc',
        'user.no-nested-userns',
        'pid.no-host-pids',
        'ipc.shm',
        'ipc.mqueue',
        'caps.exact',
        'caps.no-dangerous',
        'seccomp.mode',
        'seccomp.denied',
        'fs.mounts-exact',
        'fs.no-host-paths',
        'fs.masked-paths',
        'fs.readonly-paths',
        'fs.old-root-gone',
        'fs.no-runtime-socket',
        'dev.exact',
        'dev.no-block',
      ]),
    );
    const evidenceOf = (wanted: string) => checks.find(({ id }) => id === wanted)?.evidence.join('\n');
    expect(evidenceOf('dev.no-block')).toContain('/dev/sda: opening it succeeded');
    expect(evidenceOf('dev.no-block')).toContain('/dev/deep/odd: opening it succeeded');
    expect(evidenceOf('dev.exact')).toContain('/dev/deep/odd is block');
    expect(evidenceOf('fs.no-runtime-socket')).toContain('/run/docker.sock is there');
    expect(evidenceOf('fs.no-host-paths')).toContain('/data is /etc of a file system of the host');
  });

  test('a name that two have has to be said more exactly', async () => {
    const { status, err } = await mayfly('sealed');
    expect(status).toBe(2);
    expect(err).toMatch(
      /error\[TARGET_AMBIGUOUS]: `sealed` could be podman:sealed \(process \d+\), docker:sealed \(process \d+\)/,
    );
  });

  test('an id may be shortened or a number of nobody, a container that ended says so, and nobody is nobody', async () => {
    const { target } = await verify('docker', '--only', 'ns.pid');
    const short = await verify(target.container?.id.slice(0, 8) ?? '', '--only', 'ns.pid');
    expect(short.target).toEqual(target);
    await world.crun('99999999');
    expect((await verify('99999999', '--only', 'ns.pid')).target.container).toMatchObject({
      runtime: 'crun',
    });
    await world.runc('of-runc');
    expect((await verify('of-ru', '--only', 'ns.pid')).target.container).toMatchObject({
      runtime: 'runc',
      id: 'of-runc',
    });
    await world.run(['podman', 'create', '--name=unstarted', 'localhost/peer:1', 'sleep', '1']);
    expect(await mayfly('unstarted')).toMatchObject({
      status: 2,
      err: expect.stringContaining('container `unstarted` of podman does not run'),
    });
    expect(await mayfly('nobody')).toMatchObject({
      status: 2,
      err: expect.stringContaining('no container `nobody` of podman, docker, crun or runc'),
    });
  });

  test('what was looked at is as it was', async () => {
    const before = await world.run(['docker', 'diff', 'docker']);
    const processes = await world.run(['docker', 'top', 'docker', '-eo', 'pid,args']);
    await verify('docker');
    expect(await world.run(['docker', 'diff', 'docker'])).toBe(before);
    expect(await world.run(['docker', 'top', 'docker', '-eo', 'pid,args'])).toBe(processes);
  });
});

interface Own {
  /** The number of the service's main process in the world. */
  readonly service: string;
  end(): Promise<void>;
}

const placesIn = ({ directory }: PeerWorld) => ({
  MAYFLY_STORE: join(directory, 'store'),
  MAYFLY_STATE: join(directory, 'state'),
});

/** A scenario of Mayfly's own, which ends as any other does when it is interrupted. */
async function startOwn(world: PeerWorld): Promise<Own> {
  const path = join(world.directory, 'own.yaml');
  writeFileSync(path, scenario);
  const running = world.status(['node', program, 'test', path], placesIn(world));
  const numberOf = async (commandLine: string): Promise<string> =>
    (await world.status(['pgrep', '-x', '-f', commandLine])).out.trim();
  await vi.waitFor(async () => expect(await numberOf('sleep 98764')).toMatch(/^\d+$/), { timeout: 30_000 });
  return {
    service: await numberOf('sleep 98765'),
    end: async () => {
      await world.run(['kill', '-INT', await numberOf(`node ${program} test ${path}`)]);
      expect((await running).status).toBe(130);
    },
  };
}
