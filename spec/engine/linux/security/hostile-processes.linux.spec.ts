import { expect, test } from 'vitest';
import type { Container, Process } from '../../../../src/core/engine.ts';
import { MayflyError } from '../../../../src/core/mayfly-error.ts';
import { describeRequiring } from '../../../requires.ts';
import { processSpec } from '../../contract/container-spec.ts';
import { codeOf, finish, firstOutput, inSandbox, never } from '../../contract/contract-kit.ts';
import { node, openBed, outputOf, sealed, sh } from './security-kit.ts';

const { attack, subject } = openBed('processes');
const megabyte = 1 << 20;

/** Bytes of a stream until there are so many; the rest is left in it. */
async function readAtLeast(process: Process, bytes: number): Promise<number> {
  let seen = 0;
  for await (const chunk of process.stdout) {
    seen += (chunk as Uint8Array).length;
    if (seen >= bytes) break;
  }
  return seen;
}

const countZombies = async (container: Container): Promise<number> => {
  const text = await outputOf(
    container,
    node(
      `const fs = require('fs'); console.log(fs.readdirSync('/proc').filter((p) => /^\\d+$/.test(p)).filter((p) => { try { return /^State:\\tZ/m.test(fs.readFileSync('/proc/' + p + '/status', 'utf8')) } catch { return false } }).length)`,
    ),
  );
  return Number(text);
};

describeRequiring(['userns', 'overlay'], 'output without end', () => {
  test('that nobody reads stops in its pipe; memory stays, and other containers go on', () =>
    inSandbox(subject, async ({ start }) => {
      const other = await start('other', ['sleep', '1000']);
      await outputOf(other, sh('echo warm'));
      const before = process.memoryUsage().rss;
      const floods = await Promise.all(['a', 'b', 'c'].map((name) => start(name, ['cat', '/dev/zero'])));
      for (let round = 0; round < 40; round += 1)
        expect(await outputOf(other, sh('echo well'))).toBe('well\n');
      const grown = process.memoryUsage().rss - before;
      expect(grown).toBeLessThan(96 * megabyte);
      for (const flood of floods) expect(flood.main.stdout.readableLength).toBeLessThan(2 * megabyte);
    }));

  test('that somebody reads does not gather, nor stall another exec', () =>
    inSandbox(subject, async ({ start }) => {
      const [flood, other] = await Promise.all([
        start('flood', ['cat', '/dev/zero']),
        start('other', ['sleep', '1000']),
      ]);
      let peak = 0;
      const reading = readAtLeast(flood.main, 200 * megabyte);
      for (let round = 0; round < 10; round += 1) {
        expect(await outputOf(other, sh('echo well'))).toBe('well\n');
        peak = Math.max(peak, flood.main.stdout.readableLength);
      }
      expect(await reading).toBeGreaterThanOrEqual(200 * megabyte);
      expect(peak).toBeLessThan(4 * megabyte);
    }));

  test('a line of a megabyte arrives whole', () =>
    inSandbox(subject, async ({ start }) => {
      const container = await start(
        'one',
        node(`process.stdout.write('x'.repeat(${megabyte}) + '\\nend\\n')`),
      );
      const { stdout } = await finish(container.main);
      expect(stdout.length).toBe(megabyte + 5);
      expect(stdout.endsWith('x\nend\n')).toBe(true);
    }));

  test('input that nobody reads is an error of the writer and of nobody else', () =>
    inSandbox(subject, async ({ start }) => {
      const container = await start('one', ['sleep', '1000']);
      const deaf = await container.exec(processSpec(['true'], { stdin: true }), never);
      const closed = new Promise<string>((resolve) =>
        deaf.stdin?.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? '')),
      );
      deaf.stdin?.write(Buffer.alloc(4 * megabyte));
      expect((await deaf.exited).code).toBe(0);
      expect(await closed).toBe('EPIPE');
      const reader = await container.exec(processSpec(['cat'], { stdin: true }), never);
      reader.stdin?.end(Buffer.alloc(megabyte, 'y'));
      expect((await finish(reader)).stdout).toHaveLength(megabyte);
    }));
});

describeRequiring(['userns', 'overlay'], 'arguments and environments', () => {
  test('of a megabyte in all are passed', () =>
    inSandbox(subject, async ({ start }) => {
      const argv = [
        'node',
        '-e',
        'console.log(process.argv.length, process.env.LARGE.length)',
        ...Array(8).fill('x'.repeat(100_000)),
      ];
      const environment = ['PATH=/usr/bin:/bin:/usr/local/bin', `LARGE=${'y'.repeat(100_000)}`];
      const container = await start('one', argv, { process: processSpec(argv, { environment }) });
      expect((await finish(container.main)).stdout).toBe('9 100000\n');
    }));

  test.each([
    { name: 'one argument that is too long', argv: ['true', 'x'.repeat(200_000)], says: /E2BIG/ },
    { name: 'too many in all', argv: ['true', ...Array(40).fill('x'.repeat(100_000))], says: /E2BIG/ },
    { name: 'too many', argv: ['true', ...Array(70_000).fill('x')], says: /65536/ },
    {
      name: 'more than a tape holds',
      argv: ['true', ...Array(90).fill('x'.repeat(100_000))],
      says: /limit of 8388608|8 MiB/,
    },
    { name: 'a NUL byte', argv: ['true', 'a\0b'], says: /NUL/ },
  ])('$name: an error that says so, and the sandbox goes on', ({ argv, says }) =>
    inSandbox(subject, async ({ start }) => {
      const container = await start('one', ['sleep', '1000']);
      const failed = await container.exec(processSpec(argv), never).catch((error: unknown) => error);
      expect(failed).toBeInstanceOf(MayflyError);
      expect(failed).not.toMatchObject({ code: 'INTERNAL' });
      expect(String(failed)).toMatch(says);
      await expect(start('two', argv)).rejects.toThrow(says);
      expect(await outputOf(container, sh('echo well'))).toBe('well\n');
    }),
  );
});

describeRequiring(['userns', 'overlay'], 'signals and ends', () => {
  test('pid 1 cannot be ended or stopped from inside, and passes the others on', () =>
    inSandbox(subject, async ({ start }) => {
      const script = `process.on('SIGTERM', () => console.log('TERM')); process.on('SIGUSR1', () => console.log('USR1')); setInterval(() => {}, 1e6); console.log('up')`;
      const container = await start('one', node(script));
      await firstOutput(container.main.stdout);
      let said = '';
      container.main.stdout.on('data', (chunk: Uint8Array) => {
        said += Buffer.from(chunk).toString();
      });
      await outputOf(container, sh('kill -KILL 1; kill -STOP 1; kill -USR1 1; kill -TERM 1'));
      while (!said.includes('TERM') || !said.includes('USR1')) await outputOf(container, ['true']);
      expect(container.state).toBe('running');
    }));

  test('the end of the main process is the end of all others', () =>
    inSandbox(subject, async ({ start }) => {
      const container = await start(
        'one',
        sh('(trap "" TERM HUP; sleep 1000 & sleep 1000) & sleep 1000 & exit 3'),
      );
      expect((await finish(container.main)).status.code).toBe(3);
    }));

  test('a main process that another kills says by which signal', () =>
    inSandbox(subject, async ({ start }) => {
      const container = await start('one', ['sleep', '1000']);
      await outputOf(container, sh('kill -KILL 2'));
      expect(await container.main.exited).toEqual({ code: 137, signal: 'SIGKILL', oomKilled: false });
    }));

  test('orphans are reaped, also many at once', () =>
    inSandbox(subject, async ({ start }) => {
      const container = await start('one', [attack, 'orphans', '400']);
      await firstOutput(container.main.stdout);
      for (let tries = 0; tries < 100 && (await countZombies(container)) > 0; tries += 1)
        await outputOf(container, ['true']);
      expect(await countZombies(container)).toBe(0);
    }));

  test('zombies that their parent keeps go with the container', () =>
    inSandbox(subject, async ({ start }) => {
      const script = 'for i in 1 2 3 4 5 6 7 8 9; do true & done; echo up; exec sleep 1000';
      const container = await start('one', sh(script));
      await firstOutput(container.main.stdout);
      await container.stop(0);
      expect(container.state).toBe('exited');
    }));

  test('a container that ignores its stop signal is killed after the grace', () =>
    inSandbox(subject, async ({ start }) => {
      const container = await start('one', sh('trap "" TERM; echo up; while :; do sleep 1; done'));
      await firstOutput(container.main.stdout);
      expect(await container.stop(100)).toMatchObject({ code: 137, signal: 'SIGKILL' });
    }));

  test('an exec that meets the end of its container says so or ends with it', () =>
    inSandbox(subject, async ({ start }) => {
      for (let round = 0; round < 25; round += 1) {
        const container = await start(`c${round}`, ['sleep', '1000']);
        const execs = Array.from({ length: 4 }, () =>
          codeOf(container.exec(processSpec(['sleep', '1000']), never).then(({ exited }) => exited)),
        );
        const killed = container.kill('SIGKILL');
        for (const code of await Promise.all(execs)) expect(code).toBeOneOf(['no error', 'CONTAINER_STATE']);
        await killed;
        await container.remove();
      }
    }));

  test('stopped processes do not hold up the end of the sandbox', () =>
    inSandbox(subject, async ({ start }) => {
      const [paused, stopped] = await Promise.all([
        start('paused', ['sleep', '1000']),
        start('stopped', sh('sleep 1000 & sleep 1000')),
      ]);
      await paused.pause();
      await outputOf(stopped, sh('kill -STOP -1'));
      await paused.exec(processSpec(['true']), never).catch(() => {});
    }));
});

describeRequiring(['userns', 'overlay', 'cgroup-pids'], 'a fork bomb', () => {
  test('stops at the limit of its container and leaves the others alone', () =>
    inSandbox(subject, async ({ start }) => {
      const [bomb, other] = await Promise.all([
        start('bomb', [attack, 'fork-bomb'], { ...sealed, limits: { pids: 40 } }),
        start('other', ['sleep', '1000']),
      ]);
      const [, count, errno] = (await firstOutput(bomb.main.stdout)).trim().split(' ');
      expect(Number(count)).toBeLessThanOrEqual(40);
      expect(errno).toBe('EAGAIN');
      expect(await outputOf(other, sh('echo well'))).toBe('well\n');
      await bomb.stop(0);
    }));
});
