import { expect, test } from 'vitest';
import type { Container } from '../../../../src/core/engine.ts';
import { describeRequiring } from '../../../requires.ts';
import { processSpec } from '../../contract/container-spec.ts';
import { codeOf, finish, firstOutput, inSandbox, never } from '../../contract/contract-kit.ts';
import { node, openBed, outputOf, resultsIn, sh } from './security-kit.ts';

const { attack, subject } = openBed('exposure');

/** Everything an attacker may have that does not reach outside of his namespaces. */
const powerful = [...processSpec(['true']).capabilities, 'SYS_PTRACE', 'SYS_ADMIN', 'DAC_READ_SEARCH'];
const asPowerful = (argv: readonly string[]) =>
  processSpec(argv, { capabilities: powerful, seccomp: { kind: 'unconfined' }, noNewPrivileges: false });

const standard = '0 1 2 \n';
const mostExecs = 2000;

describeRequiring(['userns', 'overlay'], 'the launcher seen from inside a container', () => {
  test.each([
    { name: 'an ordinary container', make: (argv: readonly string[]) => processSpec(argv) },
    { name: 'one with SYS_PTRACE, SYS_ADMIN and no filter', make: asPowerful },
  ])('its pid 1 cannot be read, written, traced or signalled to death by $name', ({ make }) =>
    inSandbox(subject, async ({ start }) => {
      const container = await start('one', [], { process: make([attack, 'process', '1']) });
      const results = resultsIn((await finish(container.main)).stdout);
      const { 'kill-9': mayAsk, ...refused } = results;
      expect(mayAsk).toBe('ok'); // signal 0: the attacker is looking at the right process
      for (const [attempt, result] of Object.entries(refused))
        expect(`${attempt} ${result}`).toMatch(/ (EACCES|EPERM|ENOSYS|EROFS|ENOENT)$/);
      expect(Object.keys(refused)).toHaveLength(13);
    }),
  );

  test('pid 1 keeps nothing open but its channel to the launcher', () =>
    inSandbox(subject, async ({ start }) => {
      const container = await start('one', ['sleep', '1000']);
      const list = await outputOf(container, ['ls', '/proc/1/fd']);
      expect(list).toBeOneOf(['', '3\n']); // empty where the kernel does not even list them
    }));

  test('an exec in progress cannot be overwritten, traced or robbed of a descriptor (CVE-2019-5736)', () =>
    inSandbox(subject, async ({ start }) => {
      const container = await start('one', [], { process: asPowerful([attack, 'watch', '25']) });
      let said = await firstOutput(container.main.stdout);
      container.main.stdout.on('data', (chunk: Buffer) => {
        said += chunk.toString();
      });
      // Several at a time: how often the attacker meets one depends on how busy the machine is.
      let execs = 0;
      const keepEntering = async (): Promise<void> => {
        for (; execs < mostExecs && !said.includes('met all'); execs += 1)
          await finish(await container.exec(processSpec(['true']), never));
      };
      await Promise.all(Array.from({ length: 4 }, keepEntering));
      expect(said).toContain('met all');
      expect(said).not.toMatch(/OVERWROTE|SAW|TRACED/);
      expect(await outputOf(await start('two', ['sleep', '1000']), sh('echo well'))).toBe('well\n');
    }));

  test('its image, which a script can name as its interpreter, does nothing but say so', () =>
    inSandbox(subject, async ({ start }) => {
      const container = await start(
        'one',
        sh('printf "#!/proc/self/exe" > /x; chmod 755 /x; exec sleep 1000'),
      );
      while (((await container.stat('/x'))?.mode ?? 0) !== 0o755) await outputOf(container, ['true']);
      const { status, stderr } = await finish(await container.exec(processSpec(['/x']), never));
      expect(stderr).toContain('mayfly-launcher is started by mayfly');
      expect(status.code).toBe(64);
    }));

  test.each([
    { name: 'a container', run: (container: Container) => finish(container.main) },
    {
      name: 'an exec',
      run: async (container: Container) =>
        finish(await container.exec(processSpec([attack, 'descriptors']), never)),
    },
  ])('$name has three descriptors open', ({ name, run }) =>
    inSandbox(subject, async ({ start }) => {
      const argv = name === 'an exec' ? ['sleep', '1000'] : [attack, 'descriptors'];
      // Neighbours, so that the launcher has pipes and namespaces of others open at that time.
      await Promise.all([start('other', ['sleep', '1000']), start('third', ['sleep', '1000'])]);
      expect((await run(await start('one', argv))).stdout).toBe(standard);
    }),
  );

  test.each([{ tty: true }, { stdin: true }])('nor more with %o', (change) =>
    inSandbox(subject, async ({ start }) => {
      const container = await start('one', [], { process: processSpec([attack, 'descriptors'], change) });
      container.main.stdin?.end();
      expect((await finish(container.main)).stdout.replaceAll('\r', '')).toBe(standard);
    }),
  );

  test('a working directory that leads through a descriptor is refused (CVE-2024-21626)', () =>
    inSandbox(subject, async ({ start }) => {
      const planted = await start(
        'planted',
        sh('for n in 3 4 5 6 7 8 9 10; do ln -s /proc/self/fd/$n /fd$n; done; echo up; exec sleep 1000'),
      );
      await firstOutput(planted.main.stdout);
      for (const at of [3, 4, 5, 6, 7, 8, 9, 10]) {
        for (const workingDir of [
          `/proc/self/fd/${at}`,
          `/fd${at}`,
          `/proc/self/fd/${at}/../..`,
          '/proc/1/cwd',
          '/proc/self/root',
        ]) {
          const started = planted.exec(processSpec(['ls', '-a'], { workingDir }), never);
          expect(await codeOf(started)).toBe('LAUNCH_FAILED');
        }
      }
    }));

  test('the environment has nothing of ours', () =>
    inSandbox(subject, async ({ start }) => {
      const container = await start('one', ['sleep', '1000']);
      const own = await outputOf(container, node('console.log(Object.keys(process.env).sort().join(" "))'));
      expect(own).toBe('HOME HOSTNAME PATH\n');
    }));
});
