import { expect, test } from 'vitest';
import type { JsonObject } from '../../../../src/core/json.ts';
import { describeAsRoot, describeRequiring } from '../../../requires.ts';
import { on, processSpec } from '../../contract/container-spec.ts';
import { codeOf, finish, inSandbox, never } from '../../contract/contract-kit.ts';
import { newestSandbox, relaysOf } from '../sandbox-processes.ts';
import { openBed, outputOf, sh } from './security-kit.ts';

const { attack, subject } = openBed('profiles');

/** A user's own profile (OCI runtime-spec, config-linux.md) that refuses some calls and allows the rest. */
const refusing = (...names: readonly string[]) =>
  ({
    kind: 'profile',
    profile: {
      defaultAction: 'SCMP_ACT_ALLOW',
      architectures: ['SCMP_ARCH_X86_64'],
      syscalls: [{ names: [...names], action: 'SCMP_ACT_ERRNO', errnoRet: 1 }],
    } satisfies JsonObject,
  }) as const;

describeRequiring(['userns', 'overlay', 'seccomp'], 'a seccomp profile of the user', () => {
  test.each([true, false])(
    'without close_range still leaves three descriptors open (no_new_privs %s)',
    (noNewPrivileges) =>
      inSandbox(subject, async ({ start }) => {
        const change = { seccomp: refusing('close_range', 'prctl'), noNewPrivileges };
        const container = await start('one', [], { process: processSpec(['sleep', '1000'], change) });
        expect(await outputOf(container, [attack, 'descriptors'], change)).toBe('0 1 2 \n');
        expect(await outputOf(container, ['ls', '/proc/1/fd'])).toBeOneOf(['', '3\n']);
        expect((await container.stop(0)).code).toBeGreaterThan(128);
      }),
  );

  test('that does not let our pid 1 wait ends the container rather than spin', () =>
    inSandbox(subject, async ({ start }) => {
      const process = processSpec(['sleep', '1000'], { seccomp: refusing('rt_sigtimedwait') });
      const container = await start('one', [], { process });
      expect((await container.main.exited).code).toBe(126);
    }));

  test('that refuses exec itself is an error of the start', () =>
    inSandbox(subject, async ({ start }) => {
      const process = processSpec(['true'], { seccomp: refusing('execve') });
      expect(await codeOf(start('one', [], { process }))).toBe('LAUNCH_FAILED');
      expect(await codeOf(start('two', [], { process, init: false }))).toBe('LAUNCH_FAILED');
    }));
});

describeAsRoot(['userns', 'overlay', 'net', 'egress'], 'the way out of a container', () => {
  const networks = { networks: [{ name: 'out', egress: true }] };
  test('ends with the container, with its removal, and with a start that fails', () =>
    inSandbox(
      subject,
      async ({ start }) => {
        const container = await start('one', ['sleep', '1000'], on('out'));
        const { supervisor } = newestSandbox();
        expect(relaysOf(supervisor)).toBe(1);
        await container.stop(0);
        await container.start(never);
        expect(await outputOf(container, sh('echo well'))).toBe('well\n');
        expect(relaysOf(supervisor)).toBe(1);
        await container.remove();
        expect(await codeOf(start('two', ['no-such-program'], on('out')))).toBe('PROGRAM_NOT_FOUND');
        const last = await start('three', ['sleep', '1000']);
        for (let tries = 0; tries < 50 && relaysOf(supervisor) > 0; tries += 1)
          await outputOf(last, ['true']);
        expect(relaysOf(supervisor)).toBe(0);
      },
      networks,
    ));

  test('is opened for one while tapes of others fail', () =>
    inSandbox(
      subject,
      async ({ start }) => {
        const busy = await start('busy', ['sleep', '1000']);
        const opening = start('one', ['true'], on('out'));
        let opened = false;
        const done = opening.finally(() => {
          opened = true;
        });
        // Each look at what is not there is a tape that fails.
        while (!opened) expect(await busy.stat('/not/there')).toBeUndefined();
        expect((await finish((await done).main)).status.code).toBe(0);
      },
      networks,
    ));
});
