import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { release, userInfo } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { beforeAll, expect, test } from 'vitest';
import type { Sandbox } from '../../../../src/core/engine.ts';
import { LinuxEngine } from '../../../../src/engine/linux/linux-engine.ts';
import { describeRequiring } from '../../../requires.ts';
import { containerSpec, on, processSpec } from '../../contract/container-spec.ts';
import { codeOf, firstOutput, never } from '../../contract/contract-kit.ts';
import { launcherPath } from '../linux-kit.ts';
import { newestSandbox, runsAnywhere, supervisors } from '../sandbox-processes.ts';
import { openBed, sh } from './security-kit.ts';

const { directory, subject } = openBed('death');
let runs = 0;

const sandboxSpec = () => {
  runs += 1;
  const networks = [{ name: 'net', egress: false }];
  return { runId: `d${process.pid}x${runs}`, networks, volumes: [], upper: 'auto' } as const;
};

async function open(): Promise<Sandbox> {
  return (await subject.engine()).openSandbox(sandboxSpec(), never);
}

function engineWith(launcher: string, layersDirectory: string): LinuxEngine {
  const { uid, gid, username } = userInfo();
  return new LinuxEngine({
    platform: process.platform,
    arch: process.arch,
    kernelRelease: release(),
    launcherPath: launcher,
    layersDirectory,
    stateDirectory: join(directory, 'state'),
    environment: process.env,
    user: { uid, gid, login: username },
    seed: 1,
    now: () => performance.now(),
    randomBytes: (size) => new Uint8Array(size),
  });
}

describeRequiring(['userns', 'overlay', 'net'], 'a sandbox that cannot be opened', () => {
  beforeAll(() => subject.image()); // what unpacks it is a launcher, too

  const script = (name: string, text: string): string => {
    const path = join(directory, name);
    writeFileSync(path, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    return path;
  };

  test.each([
    { name: 'there is no launcher', launcher: () => join(directory, 'none'), codes: ['LAUNCHER_MISSING'] },
    { name: 'it may not be executed', launcher: () => join(directory, 'state'), codes: ['LAUNCHER_MISSING'] },
    { name: 'it ends at once', launcher: () => script('ends', 'exit 1'), codes: ['LAUNCHER_DIED'] },
    {
      name: 'it says nothing sensible and ends',
      launcher: () => script('babbles', 'echo >&3; exit 0'),
      codes: ['LAUNCHER_DIED'],
    },
    {
      name: 'the store is not there, which its init finds out',
      launcher: () => launcherPath,
      store: '/nonexistent/layers',
      codes: ['LAUNCH_FAILED', 'HOST_NO_USERNS'],
    },
  ])('because $name, says so and leaves nothing', async ({ launcher, store, codes }) => {
    const before = supervisors().length;
    const engine = engineWith(launcher(), store ?? directory);
    expect(await codeOf(engine.openSandbox(sandboxSpec(), never))).toBeOneOf(codes);
    expect(supervisors()).toHaveLength(before);
  });

  test('while another that can is opened all the same', async () => {
    const place = mkdtempSync(join(directory, 'copy-'));
    const launcher = join(place, 'launcher');
    copyFileSync(launcherPath, launcher);
    const good = await engineWith(launcher, directory).openSandbox(sandboxSpec(), never);
    rmSync(launcher);
    expect(await codeOf(engineWith(launcher, directory).openSandbox(sandboxSpec(), never))).toBe(
      'LAUNCHER_MISSING',
    );
    expect(await good.close(20_000)).toEqual([]);
  });
});

describeRequiring(['userns', 'overlay', 'net'], 'a launcher that is killed', () => {
  test.each(['supervisor', 'init'] as const)(
    '(its %s) takes all processes along, and whoever waits is told',
    async (which) => {
      const image = await subject.image();
      const sandbox = await open();
      const seconds = `${process.pid}.${which === 'init' ? 75 : 50}`;
      // Deaf to `stop`, which would else be quicker at times.
      const argv = sh(`trap '' TERM; echo deaf; sleep ${seconds}; sleep 1000`);
      const container = await sandbox.startContainer(containerSpec(image, 'one', argv, on('net')), never);
      await firstOutput(container.main.stdout);
      const exec = await container.exec(processSpec(['cat'], { stdin: true }), never);
      const pids = newestSandbox();
      const lost = [container.main.exited, exec.exited, container.stop()].map((each) => codeOf(each));
      const quick = [
        container.exec(processSpec(['true']), never).then(({ exited }) => exited),
        sandbox.startContainer(containerSpec(image, 'two', ['sleep', seconds], on('net')), never),
        container.readFile('/etc/passwd', 1 << 20),
      ].map((each) => codeOf(each));
      const long = [
        buffer(container.readArchive('/')),
        // Nobody answers there: only the end of the launcher ends it.
        container.dial('203.0.113.1', 9, never),
      ].map((each) => codeOf(each));
      process.kill(pids[which], 'SIGKILL');
      expect(await Promise.all(lost)).toEqual(lost.map(() => 'LAUNCHER_DIED'));
      for (const code of await Promise.all(quick)) expect(code).toBeOneOf(['LAUNCHER_DIED', 'no error']);
      // A connection that had begun is reset, as node:net would say it.
      for (const code of await Promise.all(long)) expect(code).toBeOneOf(['LAUNCHER_DIED', 'other error']);
      expect(await codeOf(container.exec(processSpec(sh('true')), never))).toBeOneOf([
        'LAUNCHER_DIED',
        'CONTAINER_STATE',
      ]);
      await container.remove();
      expect(await sandbox.close(20_000)).toEqual([]);
      expect(runsAnywhere(seconds)).toBe(false);
    },
  );

  test('between two calls: the next one says so', async () => {
    const image = await subject.image();
    const sandbox = await open();
    process.kill(newestSandbox().supervisor, 'SIGKILL');
    expect(await codeOf(sandbox.startContainer(containerSpec(image, 'one', ['true']), never))).toBe(
      'LAUNCHER_DIED',
    );
    expect(await sandbox.close(20_000)).toEqual([]);
  });
});
