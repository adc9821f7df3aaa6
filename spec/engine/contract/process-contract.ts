import { describe, expect, test } from 'vitest';
import { processSpec } from './container-spec.ts';
import { type ContractSubject, codeOf, finish, firstOutput, inSandbox, never } from './contract-kit.ts';
import { exitsOnTerm, megabyte, node } from './node-scripts.ts';

const sh = (text: string): readonly string[] => ['sh', '-c', text];

export function describeProcesses(subject: ContractSubject): void {
  describe('a process', () => {
    test.each([
      { name: 'ends with 0', argv: ['true'], code: 0 },
      { name: 'ends with 1', argv: ['false'], code: 1 },
      { name: 'ends with the code it chooses', argv: sh('exit 7'), code: 7 },
    ])('$name', ({ argv, code }) =>
      inSandbox(subject, async ({ start }) => {
        const container = await start('one', argv);
        expect(await container.main.exited).toEqual({ code, oomKilled: false });
      }),
    );

    test('killed by a signal says which', () =>
      inSandbox(subject, async ({ start }) => {
        const container = await start('one', ['sleep', '1000']);
        await container.kill('SIGKILL');
        expect(await container.main.exited).toEqual({ code: 137, signal: 'SIGKILL', oomKilled: false });
      }));

    test('has its output on two streams', () =>
      inSandbox(subject, async ({ start }) => {
        const container = await start('one', sh('echo out; echo err >&2'));
        expect(await finish(container.main)).toMatchObject({ stdout: 'out\n', stderr: 'err\n' });
      }));

    test('writes a megabyte without losing a byte', () =>
      inSandbox(subject, async ({ start }) => {
        const { stdout, status } = await finish((await start('one', node(megabyte))).main);
        expect({ length: stdout.length, code: status.code }).toEqual({ length: 1_048_576, code: 0 });
      }));

    test('has the environment declared, and HOME and HOSTNAME', () =>
      inSandbox(subject, async ({ start }) => {
        const container = await start('one', ['env'], {
          process: processSpec(['env'], { environment: ['GREETING=hello world', 'PATH=/usr/bin:/bin'] }),
        });
        const { stdout } = await finish(container.main);
        const names = stdout.split('\n').flatMap((line) => (line === '' ? [] : [line.split('=')[0]]));
        expect(stdout).toContain('GREETING=hello world\n');
        expect(stdout).toContain('PATH=/usr/bin:/bin\n');
        expect(stdout).toContain('HOSTNAME=one\n');
        expect(names.toSorted()).toEqual(['GREETING', 'HOME', 'HOSTNAME', 'PATH']);
      }));

    test('starts in a working directory that is made when missing', () =>
      inSandbox(subject, async ({ start }) => {
        const container = await start('one', [], {
          process: processSpec(sh('pwd'), { workingDir: '/srv/a/b' }),
        });
        expect((await finish(container.main)).stdout).toBe('/srv/a/b\n');
      }));

    test('has the host name declared', () =>
      inSandbox(subject, async ({ start }) => {
        const container = await start('one', ['hostname'], { hostname: 'shop-db' });
        expect((await finish(container.main)).stdout).toBe('shop-db\n');
      }));

    test('runs as a numbered user and group', () =>
      inSandbox(subject, async ({ start }) => {
        const container = await start('one', [], {
          process: processSpec(sh('id -u; id -g'), { user: '1234:4321' }),
        });
        expect((await finish(container.main)).stdout).toBe('1234\n4321\n');
      }));

    test("runs as a user of the image's passwd file", () =>
      inSandbox(subject, async ({ start }) => {
        const container = await start('one', ['sleep', '1000']);
        const passwd = new TextDecoder().decode(await container.readFile('/etc/passwd', 65_536));
        const [name = '', , uid = '', gid = ''] =
          passwd
            .split('\n')
            .find((line) => !line.startsWith('root:'))
            ?.split(':') ?? [];
        const process = await container.exec(processSpec(sh('id -u; id -g'), { user: name }), never);
        expect((await finish(process)).stdout).toBe(`${uid}\n${gid}\n`);
      }));

    test('reads what is written to its standard input, to the end', () =>
      inSandbox(subject, async ({ start }) => {
        const container = await start('one', [], { process: processSpec(['cat'], { stdin: true }) });
        container.main.stdin?.end('one\ntwo\n');
        expect(await finish(container.main)).toMatchObject({ stdout: 'one\ntwo\n', status: { code: 0 } });
      }));

    test('without a standard input reads nothing', () =>
      inSandbox(subject, async ({ start }) => {
        const container = await start('one', ['cat']);
        expect(container.main.stdin).toBeUndefined();
        expect(await finish(container.main)).toMatchObject({ stdout: '', status: { code: 0 } });
      }));

    test('with a terminal has everything on one stream', () =>
      inSandbox(subject, async ({ start }) => {
        const container = await start('one', [], {
          process: processSpec(sh('echo out; echo err >&2'), { tty: true }),
        });
        const { stdout, stderr } = await finish(container.main);
        expect([stdout.replaceAll('\r', ''), stderr]).toEqual(['out\nerr\n', '']);
      }));

    test('that handles a signal gets it', () =>
      inSandbox(subject, async ({ start }) => {
        const container = await start('one', node(exitsOnTerm));
        await firstOutput(container.main.stdout);
        await container.kill('SIGTERM');
        expect(await container.main.exited).toEqual({ code: 3, oomKilled: false });
      }));

    test.each([
      {
        name: 'PROGRAM_NOT_FOUND when there is no such program',
        argv: ['no-such-program'],
        user: '',
        code: 'PROGRAM_NOT_FOUND',
      },
      {
        name: 'PROGRAM_NOT_FOUND when there is no such path',
        argv: ['/no/such/program'],
        user: '',
        code: 'PROGRAM_NOT_FOUND',
      },
      {
        name: 'PROGRAM_NOT_EXECUTABLE when it is a plain file',
        argv: ['/etc/passwd'],
        user: '',
        code: 'PROGRAM_NOT_EXECUTABLE',
      },
      {
        name: 'USER_NOT_FOUND when there is no such user',
        argv: ['true'],
        user: 'no-such-user',
        code: 'USER_NOT_FOUND',
      },
      {
        name: 'USER_NOT_FOUND when there is no such group',
        argv: ['true'],
        user: '0:no-such-group',
        code: 'USER_NOT_FOUND',
      },
    ])('$name', ({ argv, user, code }) =>
      inSandbox(subject, async ({ start }) => {
        expect(await codeOf(start('one', [], { process: processSpec(argv, { user }) }))).toBe(code);
        const other = await start('two', ['sleep', '1000']);
        expect(await codeOf(other.exec(processSpec(argv, { user }), never))).toBe(code);
      }),
    );

    test('a name is free again after a start that failed', () =>
      inSandbox(subject, async ({ start }) => {
        await codeOf(start('one', ['no-such-program']));
        expect(await (await start('one', ['true'])).main.exited).toMatchObject({ code: 0 });
      }));
  });

  describe('exec', () => {
    test('runs beside the main process, with a status of its own', () =>
      inSandbox(subject, async ({ start }) => {
        const container = await start('one', ['sleep', '1000']);
        const results = await Promise.all(
          [5, 6, 0].map(async (code) =>
            finish(await container.exec(processSpec(sh(`echo ${code}; exit ${code}`)), never)),
          ),
        );
        expect(results.map(({ status, stdout }) => [status.code, stdout])).toEqual([
          [5, '5\n'],
          [6, '6\n'],
          [0, '0\n'],
        ]);
        expect(container.state).toBe('running');
      }));

    test('sees the files of the container', () =>
      inSandbox(subject, async ({ start }) => {
        const container = await start('one', ['sleep', '1000']);
        await finish(await container.exec(processSpec(sh('echo kept > /note')), never));
        expect((await finish(await container.exec(processSpec(['cat', '/note']), never))).stdout).toBe(
          'kept\n',
        );
      }));

    test('gets signals sent to it alone', () =>
      inSandbox(subject, async ({ start }) => {
        const container = await start('one', ['sleep', '1000']);
        const process = await container.exec(processSpec(['sleep', '1000']), never);
        await process.kill('SIGKILL');
        expect(await process.exited).toMatchObject({ code: 137, signal: 'SIGKILL' });
        expect(container.state).toBe('running');
      }));

    test('ends with its container', () =>
      inSandbox(subject, async ({ start }) => {
        const container = await start('one', ['sleep', '1000']);
        const process = await container.exec(processSpec(['sleep', '1000']), never);
        await container.kill('SIGKILL');
        expect(await process.exited).toMatchObject({ code: 137 });
      }));

    test('CONTAINER_STATE once the container has ended', () =>
      inSandbox(subject, async ({ start }) => {
        const container = await start('one', ['true']);
        await container.main.exited;
        expect(await codeOf(container.exec(processSpec(['true']), never))).toBe('CONTAINER_STATE');
      }));
  });
}
