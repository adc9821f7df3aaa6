import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeAsRoot, describeRequiring } from '../../../requires.ts';
import { containerSpec, processSpec } from '../../contract/container-spec.ts';
import { finish, firstOutput, inSandbox, never } from '../../contract/contract-kit.ts';
import { node, openBed, outputOf, resultsIn, sealed, sh } from './security-kit.ts';

const { attack, subject, directory, withImage } = openBed('rights');

const status = ['cat', '/proc/self/status'];
const fieldOf = (text: string, name: string): string =>
  new RegExp(`^${name}:\\t(.*)$`, 'm').exec(text)?.[1] ?? '';

/** CHOWN DAC_OVERRIDE FOWNER FSETID KILL SETGID SETUID SETPCAP NET_BIND_SERVICE SYS_CHROOT MKNOD AUDIT_WRITE SETFCAP (capability.h). */
const dockersWithoutRaw = mask().padStart(16, '0');
function mask(): string {
  const bits = [0, 1, 3, 4, 5, 6, 7, 8, 10, 18, 27, 29, 31];
  return bits.reduce((sum, bit) => sum + 2 ** bit, 0).toString(16);
}
const none = '0000000000000000';

const who = [
  { name: 'root', user: '', effective: dockersWithoutRaw },
  { name: 'another user', user: '1000:1000', effective: none },
];

describeRequiring(['userns', 'overlay', 'seccomp'], 'the rights of a process', () => {
  test.each(who)(
    '$name has exactly the declared capabilities, in a container and in an exec',
    ({ user, effective }) =>
      inSandbox(subject, async ({ start }) => {
        const container = await start('one', [], {
          process: processSpec(['sh', '-c', 'cat /proc/self/status; exec sleep 1000'], { user }),
        });
        const main = await firstOutput(container.main.stdout);
        for (const text of [main, await outputOf(container, status, { user })]) {
          expect(fieldOf(text, 'CapBnd')).toBe(dockersWithoutRaw);
          expect(fieldOf(text, 'CapEff')).toBe(effective);
          expect(fieldOf(text, 'CapPrm')).toBe(effective);
          expect(fieldOf(text, 'CapInh')).toBe(none);
          expect(fieldOf(text, 'CapAmb')).toBe(none);
          expect(fieldOf(text, 'NoNewPrivs')).toBe('1');
          expect(fieldOf(text, 'Seccomp')).toBe('2');
        }
      }),
  );

  test('pid 1 has no more of them than the program', () =>
    inSandbox(subject, async ({ start }) => {
      const container = await start('one', [], {
        process: processSpec(['sleep', '1000'], { user: '1000:1000' }),
      });
      const text = await outputOf(container, ['cat', '/proc/1/status']);
      expect(fieldOf(text, 'CapEff')).toBe(none);
      expect(fieldOf(text, 'CapBnd')).toBe(dockersWithoutRaw);
      expect(fieldOf(text, 'Seccomp')).toBe('2');
      expect(fieldOf(text, 'Uid')).toBe('1000\t1000\t1000\t1000');
    }));

  test('a set-uid program gains nothing', () =>
    inSandbox(subject, async ({ start }) => {
      const container = await start('one', ['sleep', '1000']);
      await outputOf(container, sh(`cp ${attack} /su; chmod 4755 /su`));
      expect((await container.stat('/su'))?.mode).toBe(0o4755);
      expect(await outputOf(container, ['/su', 'ids'], { user: '1000:1000' })).toBe('1000 1000\n');
      // The control: without no_new_privs it does.
      const free = { user: '1000:1000', noNewPrivileges: false };
      expect(await outputOf(container, ['/su', 'ids'], free)).toBe('1000 0\n');
    }));

  test.each(who)('$name loosens no wall: namespaces, mounts, devices, keys, filters', ({ user }) =>
    inSandbox(subject, async ({ start }) => {
      const container = await start('one', ['sleep', '1000']);
      const results = resultsIn(await outputOf(container, [attack, 'calls'], { user }));
      expect(Object.keys(results)).toHaveLength(13);
      expect(Object.entries(results).filter(([, result]) => result === 'ok')).toEqual([]);
      expect(results['clone3-user']).toBe('ENOSYS');
    }),
  );

  test('a kernel call that is refused is refused by the filter, not by chance', () =>
    inSandbox(subject, async ({ start }) => {
      const container = await start('one', ['sleep', '1000']);
      const filtered = resultsIn(await outputOf(container, [attack, 'calls']));
      const open = resultsIn(
        await outputOf(container, [attack, 'calls'], { seccomp: { kind: 'unconfined' } }),
      );
      expect(filtered['unshare-user']).toBe('EPERM');
      expect(open['unshare-user']).toBe('ok');
      expect(filtered.keyctl).toBe('EPERM');
      expect(open.keyctl).toBe('ok');
    }));
});

describeRequiring(['userns', 'overlay', 'net'], 'two containers of a sandbox', () => {
  test('neither see nor signal each other', () =>
    inSandbox(subject, async ({ start }) => {
      const [one, two] = await Promise.all([
        start('one', ['sleep', '1111']),
        start('two', ['sleep', '2222']),
      ]);
      const list = sh('for p in /proc/[0-9]*; do cat $p/cmdline; echo; done');
      expect(await outputOf(one, list)).toContain('1111');
      expect(await outputOf(one, list)).not.toContain('2222');
      // Every number there is: whatever lives under it is our own.
      await outputOf(
        one,
        node('for (let p = 3; p < 5000; p++) try { if (p !== process.pid) process.kill(p, 9) } catch {}'),
      );
      await outputOf(one, node('try { process.kill(-1, 9) } catch {}'));
      expect(await outputOf(two, ['sh', '-c', 'echo alive'])).toBe('alive\n');
    }));

  test('do not share System V memory, message queues or abstract sockets', () =>
    inSandbox(subject, async ({ start }) => {
      const script = `require('net').createServer((c) => c.end('hello')).listen('\\0mayfly', () => console.log('up'))`;
      const one = await start('one', [attack, 'ipc', 'make']);
      expect(await firstOutput(one.main.stdout)).toContain('ok');
      const server = await one.exec(processSpec(node(script)), never);
      await firstOutput(server.stdout);
      const two = await start('two', ['sleep', '1000']);
      const connect = node(
        `require('net').connect('\\0mayfly').on('error', (e) => console.log(e.code)).on('connect', () => { console.log('connected'); process.exit() })`,
      );
      expect(resultsIn(await outputOf(one, [attack, 'ipc', 'see']))).toEqual({ shm: 'ok', mq: 'ok' });
      expect(resultsIn(await outputOf(two, [attack, 'ipc', 'see']))).toEqual({ shm: 'ENOENT', mq: 'ENOENT' });
      expect(await outputOf(one, connect)).toBe('connected\n');
      expect(await outputOf(two, connect)).toBe('ECONNREFUSED\n');
    }));
});

describeAsRoot(['userns', 'overlay'], "root's secrets", () => {
  test('a key of the session that runs Mayfly cannot be found', async () => {
    const unconfined = { seccomp: { kind: 'unconfined' } } as const;
    const outside = resultsIn(execFileSync(attack, ['keyring', 'make'], { encoding: 'utf8' }));
    expect(outside.search).toBe('ok');
    await inSandbox(subject, async ({ start }) => {
      const container = await start('one', [], { process: processSpec([attack, 'keyring'], unconfined) });
      const inside = resultsIn((await finish(container.main)).stdout);
      expect(inside.session).toBe('ok');
      expect(inside.id).not.toBe(outside.id);
      expect(inside.search).toBe('ENOKEY');
    });
  });

  test('an image with set-uid root lying in the store is of no use outside', async () => {
    const tree = join(directory, 'setuid-image');
    mkdirSync(tree);
    copyFileSync(attack, join(tree, 'su'));
    chmodSync(join(tree, 'su'), 0o4755);
    const own = withImage('setuid', { kind: 'rootfs', path: tree });
    await inSandbox(own, async ({ sandbox, image }) => {
      const container = await sandbox.startContainer(
        containerSpec(image, 'one', ['/su', 'ids'], sealed),
        never,
      );
      expect((await finish(container.main)).stdout).toBe('0 0\n');
    });
    // A user who knows the path cannot go there (CVE-2021-41103): the store's own directories stop him.
    chmodSync(directory, 0o755);
    const find = `find ${directory} -name su -perm -4000 -path '*store*'`;
    expect(execFileSync('sh', ['-c', find], { encoding: 'utf8' })).not.toBe('');
    const asNobody = [
      '--reuid',
      '65534',
      '--regid',
      '65534',
      '--clear-groups',
      'sh',
      '-c',
      `${find} 2>/dev/null || true`,
    ];
    expect(execFileSync('setpriv', asNobody, { encoding: 'utf8' })).toBe('');
  });
});
