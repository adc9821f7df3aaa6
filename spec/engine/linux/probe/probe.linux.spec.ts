import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { describeRequiring } from '../../../requires.ts';
import { type ContractSubject, contractPrograms, inSandbox, never } from '../../contract/contract-kit.ts';
import { linuxEngineFor } from '../linux-kit.ts';

const directory = mkdtempSync(join(tmpdir(), 'mayfly-probe-'));
const kit = linuxEngineFor(directory);
const subject: ContractSubject = {
  engine: async () => (await kit).engine,
  image: async () =>
    (await kit).prepareImage('contract', { kind: 'host', programs: contractPrograms, files: [] }),
};

afterAll(() => rm(directory, { recursive: true, force: true }));

const textOf = (bytes: Uint8Array | undefined): string =>
  Buffer.from(bytes ?? [])
    .toString()
    .replace(/\0.*$/s, '');

describeRequiring(['userns', 'overlay', 'net'], 'a probe', () => {
  test('makes calls with the results of earlier ones, as one of the processes of the container', () =>
    inSandbox(subject, async ({ start }) => {
      const container = await start('one', ['sleep', '1000'], { hostname: 'inside' });
      await using probe = await container.probe('itself', never);
      const [opened, read, closed] = await probe.calls([
        { name: 'openat', args: [-100, '/proc/sys/kernel/hostname', 0] },
        { name: 'read', args: [{ result: 0 }, { out: 64 }, 64] },
        { name: 'close', args: [{ result: 0 }] },
      ]);
      expect(opened?.error).toBeUndefined();
      expect(textOf(read?.out[0])).toBe('inside\n');
      expect(closed?.value).toBe(0);
      const names = (await container.processes()).map(({ argv }) => argv[0]);
      expect(names).toContain('mayfly-probe');
    }));

  test('is refused what the main process is refused, by its user, its filter and its capabilities', () =>
    inSandbox(subject, async ({ start }) => {
      const container = await start('one', ['sleep', '1000']);
      await using probe = await container.probe('itself', never);
      const [mount, keyctl, status] = await probe.calls([
        { name: 'mount', args: ['none', '/proc', 'tmpfs', 0, 0] },
        { name: 'keyctl', args: [0, -3, 0] },
        { name: 'getuid', args: [] },
      ]);
      expect([mount?.error, keyctl?.error, status?.value]).toEqual(['EPERM', 'EPERM', 0]);
    }));

  test('a call that makes a child answers once', () =>
    inSandbox(subject, async ({ start }) => {
      const container = await start('one', ['sleep', '1000']);
      await using probe = await container.probe('root', never);
      const [clone, wait, again] = await probe.calls([
        { name: 'clone', args: [17, 0, 0, 0, 0] },
        { name: 'wait4', args: [{ result: 0 }, { out: 4 }, 0, 0] },
        { name: 'getpid', args: [] },
      ]);
      expect(clone?.value).toBeGreaterThan(1);
      expect(wait?.value).toBe(clone?.value);
      expect(again?.value).toBeGreaterThan(1);
    }));

  test('starts with the declared environment and three descriptors', () =>
    inSandbox(subject, async ({ start }) => {
      const container = await start('one', ['sleep', '1000']);
      await using probe = await container.probe('itself', never);
      expect(probe.environment.map((line) => line.split('=')[0]).sort()).toEqual([
        'HOME',
        'HOSTNAME',
        'PATH',
      ]);
      const seen = await probe.calls([{ name: 'fcntl', args: [0, 1, 0], times: 64 }]);
      expect(seen).toHaveLength(64);
      expect(seen.flatMap(({ error }, fd) => (error === undefined ? [fd] : []))).toEqual([0, 1, 2]);
    }));

  test('sends back what a call has filled, and nothing of one that fails', () =>
    inSandbox(subject, async ({ start }) => {
      const container = await start('one', ['sleep', '1000'], { hostname: 'inside' });
      await using probe = await container.probe('root', never);
      const [, read, failed] = await probe.calls([
        { name: 'openat', args: [-100, '/proc/sys/kernel/hostname', 0] },
        { name: 'read', args: [{ result: 0 }, { filled: 4096 }, 4096] },
        { name: 'read', args: [-1, { filled: 4096 }, 4096] },
      ]);
      expect(Buffer.from(read?.out[0] ?? []).toString()).toBe('inside\n');
      expect([failed?.error, failed?.out[0]?.length]).toEqual(['EBADF', 0]);
    }));

  test('repeats a call with one more each time, and refuses to where there is nothing to count', () =>
    inSandbox(subject, async ({ start }) => {
      const container = await start('one', ['sleep', '1000']);
      await using probe = await container.probe('root', never);
      const results = await probe.calls([
        { name: 'getpid', args: [] },
        { name: 'dup3', args: [0, 9, 0], times: 2 },
        { name: 'fcntl', args: [{ result: 1 }, 1, 0] },
      ]);
      expect(results.map(({ value }) => value)).toEqual([results[0]?.value, 9, 9, 0]);
      const uncounted = [{ name: 'close', args: [{ result: 0 }], times: 2 }];
      await expect(probe.calls(uncounted)).rejects.toMatchObject({ code: 'PROBE_LOST' });
    }));

  test('takes structures with a pointer in them: struct iovec', () =>
    inSandbox(subject, async ({ start }) => {
      const container = await start('one', ['sleep', '1000']);
      await using probe = await container.probe('root', never);
      const vector = Buffer.alloc(16);
      vector.writeBigUInt64LE(5n, 8);
      const [file, written, back] = await probe.calls([
        { name: 'memfd_create', args: ['text', 0] },
        {
          name: 'writev',
          args: [{ result: 0 }, { bytes: vector, pointerAt: 0, to: Buffer.from('hello') }, 1],
        },
        { name: 'pread64', args: [{ result: 0 }, { out: 8 }, 8, 0] },
      ]);
      expect([file?.error, written?.value, textOf(back?.out[0])]).toEqual([undefined, 5, 'hello']);
      const outside = [
        { name: 'writev', args: [1, { bytes: vector, pointerAt: 9, to: Buffer.from('x') }, 1] },
      ];
      await expect(probe.calls(outside)).rejects.toMatchObject({ code: 'PROBE_LOST' });
    }));

  test('sees what arrives with rights of the network, and with no others', () =>
    inSandbox(subject, async ({ start }) => {
      const container = await start('one', ['sleep', '1000']);
      const raw = { name: 'socket', args: [2, 3, 6] };
      for (const [rights, error] of [
        ['network', undefined],
        ['root', 'EPERM'],
        ['itself', 'EPERM'],
      ] as const) {
        await using probe = await container.probe(rights, never);
        const [opened] = await probe.calls([raw]);
        expect(opened?.error, rights).toBe(error);
      }
    }));

  test('says that it was lost when it ends before it answers', () =>
    inSandbox(subject, async ({ start }) => {
      const container = await start('one', ['sleep', '1000']);
      await using probe = await container.probe('itself', never);
      await expect(probe.calls([{ name: 'exit_group', args: [3] }])).rejects.toMatchObject({
        code: 'PROBE_LOST',
      });
    }));

  test('a witness reads the host’s /proc of the main process', () =>
    inSandbox(subject, async ({ start }) => {
      const container = await start('one', ['sleep', '1000']);
      const witness = await container.witness();
      expect(witness.read('status')).toMatch(/^Seccomp:\t2$/m);
      expect(witness.read('ns/net')).toMatch(/^net:\[\d+\]$/);
      expect(witness.read('ns/net')).not.toBe(witness.readSelf('ns/net'));
      await container.stop(0);
      await expect(container.witness()).rejects.toMatchObject({ code: 'CONTAINER_STATE' });
    }));
});
