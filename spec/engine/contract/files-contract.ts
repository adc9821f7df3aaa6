import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { extract, pack } from 'tar-stream';
import { describe, expect, test } from 'vitest';
import type { Container } from '../../../src/core/engine.ts';
import { processSpec } from './container-spec.ts';
import { type ContractSubject, codeOf, finish, firstOutput, inSandbox, never } from './contract-kit.ts';

const sh = (text: string): readonly string[] => ['sh', '-c', text];
const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

function tarOf(
  entries: readonly {
    readonly name: string;
    readonly content?: string;
    readonly linkname?: string;
    readonly mode?: number;
  }[],
): Readable {
  const stream = pack();
  for (const { name, content, linkname, mode = 0o640 } of entries) {
    if (linkname !== undefined) stream.entry({ name, type: 'symlink', linkname });
    else if (content === undefined) stream.entry({ name, type: 'directory', mode: 0o750 });
    else stream.entry({ name, mode, uid: 0, gid: 0 }, content);
  }
  stream.finalize();
  return Readable.from(stream);
}

async function entriesOf(tar: Readable): Promise<Readonly<Record<string, string>>> {
  const reader = extract();
  reader.end(await buffer(tar));
  const found: Record<string, string> = {};
  for await (const entry of reader) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of entry) if (chunk instanceof Uint8Array) chunks.push(chunk);
    const { name, type, linkname } = entry.header;
    found[name.replace(/\/$/, '')] =
      type === 'symlink'
        ? `-> ${linkname}`
        : type === 'directory'
          ? 'directory'
          : decode(Buffer.concat(chunks));
  }
  return found;
}

export function describeFiles(subject: ContractSubject): void {
  describe('the files of a container', () => {
    test('two containers of one image do not see what the other writes', () =>
      inSandbox(subject, async ({ start }) => {
        const [one, two] = await Promise.all([
          start('one', sh('echo 1 > /note; echo written; exec sleep 1000')),
          start('two', sh('echo 2 > /note; echo written; exec sleep 1000')),
        ]);
        await Promise.all([one, two].map(({ main }) => firstOutput(main.stdout)));
        const notes = await Promise.all(
          [one, two].map(
            async (container) =>
              (await finish(await container.exec(processSpec(sh('cat /note; ls /')), never))).stdout,
          ),
        );
        expect(notes.map((note) => note[0])).toEqual(['1', '2']);
        const three = await start('three', ['sleep', '1000']);
        expect(await three.stat('/note')).toBeUndefined();
      }));

    test('a read-only root refuses writes', () =>
      inSandbox(subject, async ({ start, image }) => {
        const container = await start('one', sh('echo x > /note'), {
          rootfs: { layers: image.layers, readOnly: true },
        });
        const { status, stderr } = await finish(container.main);
        expect(status.code).not.toBe(0);
        expect(stderr).toContain('Read-only file system');
      }));

    test('a volume is shared by those who mount it', () =>
      inSandbox(
        subject,
        async ({ start }) => {
          const mounts = [
            { kind: 'volume', volume: 'data', target: '/data', readOnly: false, copyImageContent: true },
          ] as const;
          const writer = await start('writer', sh('echo shared > /data/note'), { mounts });
          expect((await finish(writer.main)).stderr).toBe('');
          const reader = await start('reader', ['cat', '/data/note'], { mounts });
          expect((await finish(reader.main)).stdout).toBe('shared\n');
        },
        { volumes: [{ name: 'data' }] },
      ));

    test('a file mount has its content and mode', () =>
      inSandbox(subject, async ({ start }) => {
        const mounts = [
          { kind: 'file', target: '/run/secrets/key', content: 'sesame', mode: 0o440, uid: 0, gid: 0 },
        ] as const;
        const container = await start('one', ['cat', '/run/secrets/key'], { mounts });
        expect((await finish(container.main)).stdout).toBe('sesame');
      }));

    test('stat tells type, mode, owner, size and the target of a link', () =>
      inSandbox(subject, async ({ start }) => {
        const container = await start(
          'one',
          sh('mkdir /d && echo 1234 > /d/f && chmod 640 /d/f && ln -s d/f /l; exec sleep 1000'),
        );
        await finish(await container.exec(processSpec(['true']), never));
        while ((await container.stat('/l', { followLinks: false })) === undefined)
          await finish(await container.exec(processSpec(['true']), never));
        expect(await container.stat('/d')).toMatchObject({ type: 'directory' });
        expect(await container.stat('/d/f')).toMatchObject({
          type: 'file',
          mode: 0o640,
          uid: 0,
          gid: 0,
          sizeBytes: 5,
        });
        expect(await container.stat('/l')).toMatchObject({ type: 'file', sizeBytes: 5 });
        expect(await container.stat('/l', { followLinks: false })).toMatchObject({
          type: 'symlink',
          target: 'd/f',
        });
        expect(await container.stat('/none')).toBeUndefined();
        expect(await container.stat('/d/f/below')).toBeUndefined();
      }));

    test('readFile gives bytes, up to its limit', () =>
      inSandbox(subject, async ({ start }) => {
        const container = await start('one', sh('echo hello > /note; exec sleep 1000'));
        while (((await container.stat('/note'))?.sizeBytes ?? 0) < 6)
          await finish(await container.exec(processSpec(['true']), never));
        expect(decode(await container.readFile('/note', 6))).toBe('hello\n');
        expect(await codeOf(container.readFile('/note', 5))).toBe('OUTPUT_LIMIT');
        expect(await codeOf(container.readFile('/none', 5))).toBe('PATH_NOT_FOUND');
      }));

    test('an archive goes in and comes out the same', () =>
      inSandbox(subject, async ({ start }) => {
        const container = await start('one', sh('mkdir /in; exec sleep 1000'));
        while ((await container.stat('/in')) === undefined)
          await finish(await container.exec(processSpec(['true']), never));
        await container.writeArchive(
          '/in',
          tarOf([
            { name: 'dir' },
            { name: 'dir/a.txt', content: 'alpha' },
            { name: 'link', linkname: 'dir/a.txt' },
          ]),
        );
        expect(await container.stat('/in/dir/a.txt')).toMatchObject({
          type: 'file',
          mode: 0o640,
          sizeBytes: 5,
        });
        expect(await entriesOf(container.readArchive('/in'))).toEqual({
          in: 'directory',
          'in/dir': 'directory',
          'in/dir/a.txt': 'alpha',
          'in/link': '-> dir/a.txt',
        });
        expect(await entriesOf(container.readArchive('/in/dir/a.txt'))).toEqual({ 'a.txt': 'alpha' });
      }));

    test('PATH_NOT_FOUND: an archive of nothing, and into nothing', () =>
      inSandbox(subject, async ({ start }) => {
        const container = await start('one', ['sleep', '1000']);
        expect(await codeOf(buffer(container.readArchive('/none')))).toBe('PATH_NOT_FOUND');
        expect(await codeOf(container.writeArchive('/none', tarOf([{ name: 'a', content: 'a' }])))).toBe(
          'PATH_NOT_FOUND',
        );
      }));

    test('files can be read after the end, and are gone with the container', () =>
      inSandbox(subject, async ({ start }) => {
        const container = await start('one', sh('echo kept > /note'));
        await container.main.exited;
        expect(decode(await container.readFile('/note', 100))).toBe('kept\n');
      }));

    describe('changes', () => {
      const lines = async (container: Container, most = 100): Promise<readonly string[]> =>
        (await container.changes(most)).entries.map(({ path, change }) => `${change} ${path}`);

      test('what was added, changed and deleted, a directory before what is in it', () =>
        inSandbox(subject, async ({ start }) => {
          const container = await start(
            'one',
            sh(
              'mkdir /new && echo 1 > /new/a && echo 2 > /etc/added && echo 3 > /etc/group && rm /etc/passwd',
            ),
          );
          expect((await finish(container.main)).stderr).toBe('');
          expect(await lines(container)).toEqual([
            'changed /etc',
            'added /etc/added',
            'changed /etc/group',
            'deleted /etc/passwd',
            'added /new',
            'added /new/a',
          ]);
        }));

      test('of one that runs, and of nobody else', () =>
        inSandbox(subject, async ({ start }) => {
          const [busy, idle] = await Promise.all([
            start('busy', sh('echo 1 > /note; echo ready; exec sleep 1000')),
            start('idle', ['sleep', '1000']),
          ]);
          await firstOutput(busy.main.stdout);
          expect(await lines(busy)).toEqual(['added /note']);
          expect(await lines(idle)).toEqual([]);
        }));

      test('mounts are not among them, nor what they are mounted on', () =>
        inSandbox(
          subject,
          async ({ start }) => {
            const mounts = [
              {
                kind: 'volume',
                volume: 'data',
                target: '/srv/made/data',
                readOnly: false,
                copyImageContent: false,
              },
              { kind: 'file', target: '/run/secrets/key', content: 'x', mode: 0o400, uid: 0, gid: 0 },
            ] as const;
            const container = await start('one', sh('echo 1 > /srv/made/data/note; echo 2 > /note'), {
              mounts,
            });
            expect((await finish(container.main)).stderr).toBe('');
            expect(await lines(container)).toEqual(['added /note']);
          },
          { volumes: [{ name: 'data' }] },
        ));

      test('up to a number, and says that there are more', () =>
        inSandbox(subject, async ({ start }) => {
          const container = await start('one', sh('mkdir /d && echo 1 > /d/a && echo 2 > /d/b'));
          await container.main.exited;
          expect(await container.changes(2)).toEqual({
            entries: [
              { path: '/d', change: 'added' },
              { path: '/d/a', change: 'added' },
            ],
            isCut: true,
          });
          expect((await container.changes(3)).isCut).toBe(false);
        }));

      test('in a fork, those since it was made', () =>
        inSandbox(subject, async ({ sandbox, start }) => {
          const container = await start('one', ['sleep', '1000']);
          await finish(await container.exec(processSpec(sh('echo 1 > /before')), never));
          await container.stop(0);
          expect(await lines(container)).toEqual(['added /before']);
          await sandbox.checkpoint();
          await sandbox.rewind();
          await container.start(never);
          await finish(await container.exec(processSpec(sh('echo 2 > /after; echo 3 > /before')), never));
          expect(await lines(container)).toEqual(['added /after', 'changed /before']);
        }));
    });

    describe('readLayer', () => {
      test('what was added, changed and deleted, as a layer of an image', () =>
        inSandbox(subject, async ({ start }) => {
          const script =
            'mkdir /new && echo 1 > /new/a && ln -s a /new/b && echo 3 > /etc/group && rm /etc/passwd';
          const container = await start('one', sh(script));
          expect((await finish(container.main)).stderr).toBe('');
          expect(await entriesOf(container.readLayer())).toEqual({
            etc: 'directory',
            'etc/.wh.passwd': '',
            'etc/group': '3\n',
            new: 'directory',
            'new/a': '1\n',
            'new/b': '-> a',
          });
        }));

      test('of one that runs there is none yet', () =>
        inSandbox(subject, async ({ start }) => {
          const container = await start('one', ['sleep', '1000']);
          expect(() => container.readLayer()).toThrow('cannot read the layer');
        }));
    });

    test('the files of an image without a container: nothing is mounted over them', () =>
      inSandbox(subject, async ({ sandbox, image, start }) => {
        const container = await start('one', sh('echo changed > /etc/group; exec sleep 1000'));
        await using files = await sandbox.openImageFiles(image.layers, never);
        expect(await files.stat('/etc/group')).toMatchObject({ type: 'file', uid: 0 });
        const decoded = decode(await files.readFile('/etc/passwd', 10_000));
        expect(decoded).toBe(decode(await container.readFile('/etc/passwd', 10_000)));
        expect(Object.keys(await entriesOf(files.readArchive('/etc')))).toContain('etc/passwd');
        expect(await files.stat('/proc/self')).toBeUndefined();
      }));
  });
}
