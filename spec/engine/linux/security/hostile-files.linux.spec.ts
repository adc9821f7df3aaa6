import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { extract, pack } from 'tar-stream';
import { expect, test } from 'vitest';
import type { Container } from '../../../../src/core/engine.ts';
import { MayflyError } from '../../../../src/core/mayfly-error.ts';
import { describeRequiring } from '../../../requires.ts';
import { processSpec } from '../../contract/container-spec.ts';
import { type Bench, codeOf, finish, firstOutput, inSandbox, never } from '../../contract/contract-kit.ts';
import { node, openBed, outputOf, sh } from './security-kit.ts';

const { directory, subject } = openBed('files');

/** A place of the host that no path of a container may lead to, at the same name as one inside. */
const outside = mkdtempSync(join(directory, 'outside-'));
writeFileSync(join(outside, 'note'), 'of the host');
const intact = () => [readdirSync(outside), readFileSync(join(outside, 'note'), 'utf8')];

function tarOf(
  ...entries: readonly { name: string; content?: string; linkname?: string; type?: 'link' | 'block-device' }[]
): Readable {
  const stream = pack();
  for (const { name, content = '', linkname, type } of entries) {
    if (linkname !== undefined) stream.entry({ name, type: type ?? 'symlink', linkname });
    else if (type !== undefined) stream.entry({ name, type, devmajor: 8, devminor: 0 });
    else stream.entry({ name }, content);
  }
  stream.finalize();
  return Readable.from(stream);
}

async function namesIn(tar: Readable): Promise<readonly string[]> {
  const reader = extract();
  reader.end(await buffer(tar));
  const names: string[] = [];
  for await (const entry of reader) {
    names.push(entry.header.name);
    entry.resume();
  }
  return names;
}

/** A container that has run `setUp` and goes on. */
async function prepared({ start }: Bench, setUp: string): Promise<Container> {
  const container = await start('one', sh(`${setUp}; echo up; exec sleep 1000`));
  await firstOutput(container.main.stdout);
  return container;
}

const up = '../../../../../../../..';

describeRequiring(['userns', 'overlay'], 'files of a hostile container', () => {
  test.each([
    { name: 'an absolute link', link: outside },
    { name: 'a relative link with `..`', link: `${up}${outside}` },
    { name: 'a link to /proc/1/root', link: `/proc/1/root${outside}` },
    { name: 'a link to /proc/self/root', link: `/proc/self/root${outside}` },
    { name: 'a link to /proc/self/cwd', link: `/proc/self/cwd/${up}${outside}` },
  ])('$name leads to nothing of the host: reading, archiving, writing', ({ link }) =>
    inSandbox(subject, async (bench) => {
      const container = await prepared(bench, `mkdir -p /in; ln -s ${link} /in/l`);
      expect(await codeOf(container.readFile('/in/l/note', 100))).toBeOneOf([
        'PATH_NOT_FOUND',
        'LAUNCH_FAILED',
      ]);
      expect(await codeOf(buffer(container.readArchive('/in/l/note')))).toBeOneOf([
        'PATH_NOT_FOUND',
        'LAUNCH_FAILED',
      ]);
      expect(await namesIn(container.readArchive('/in'))).toEqual(['in/', 'in/l']);
      const write = (name: string) =>
        codeOf(container.writeArchive('/in', tarOf({ name, content: 'theirs' })));
      await write('l/note');
      await write('l/new');
      await codeOf(container.writeArchive('/in/l', tarOf({ name: 'note', content: 'theirs' })));
      expect(intact()).toEqual([['note'], 'of the host']);
    }),
  );

  test('an archive cannot write through a link that it brings', () =>
    inSandbox(subject, async (bench) => {
      const container = await prepared(bench, `mkdir -p /in ${outside}`);
      for (const linkname of [outside, `..${outside}`, `${up}${outside}`]) {
        const tar = tarOf({ name: 'd', linkname }, { name: 'd/note', content: 'theirs' });
        expect(await codeOf(container.writeArchive('/in', tar))).toBe('LAUNCH_FAILED');
      }
      expect(await outputOf(container, ['ls', outside])).toBe('');
      expect(intact()).toEqual([['note'], 'of the host']);
    }));

  test.each([
    { name: 'a path with `..`', tar: () => tarOf({ name: '../up', content: 'x' }) },
    { name: 'a hard link out', tar: () => tarOf({ name: 'l', type: 'link', linkname: `${up}/etc/passwd` }) },
    { name: 'a device', tar: () => tarOf({ name: 'sda', type: 'block-device' }) },
  ])('an archive with $name is refused as hostile', ({ tar }) =>
    inSandbox(subject, async (bench) => {
      const container = await prepared(bench, 'mkdir /in');
      expect(await codeOf(container.writeArchive('/in', tar()))).toBe('IMAGE_HOSTILE');
      expect(await outputOf(container, ['ls', '/in'])).toBe('');
    }),
  );

  test('directories and links that change places while they are read and written lead nowhere', () =>
    inSandbox(subject, async (bench) => {
      const container = await prepared(
        bench,
        `mkdir -p /in/real ${outside}; echo real > /in/real/note; echo inside > ${outside}/note; mv /in/real /in/d`,
      );
      const swap = `const fs = require('fs'); console.log('up');
        for (;;) { try { fs.renameSync('/in/d', '/in/real'); fs.symlinkSync('${up}${outside}', '/in/d'); fs.unlinkSync('/in/d'); fs.renameSync('/in/real', '/in/d'); } catch {} }`;
      const swapper = await container.exec(processSpec(node(swap)), never);
      await firstOutput(swapper.stdout);
      const texts = new Set<string>();
      for (let round = 0; round < 150; round += 1) {
        const text = await container.readFile('/in/d/note', 100).catch(ignoreRefusal);
        if (text !== undefined) texts.add(Buffer.from(text).toString());
        const archive = await buffer(container.readArchive('/in')).catch(ignoreRefusal);
        if (archive !== undefined) expect(archive.includes('of the host')).toBe(false);
        await container
          .writeArchive('/in', tarOf({ name: 'd/note', content: 'real\n' }))
          .catch(ignoreRefusal);
      }
      expect([...texts].toSorted()).not.toContain('of the host');
      expect(texts).toContain('real\n');
      expect(intact()).toEqual([['note'], 'of the host']);
    }));

  test('FIFOs, sockets and devices hang neither reading nor archiving', () =>
    inSandbox(subject, async (bench) => {
      const container = await prepared(
        bench,
        'mkdir /in; mkfifo /in/fifo; ln -s /dev/zero /in/zero; ln -s /dev/ptmx /in/tty; ln -s /in/fifo /in/l',
      );
      for (const path of [
        '/in/fifo',
        '/in/l',
        '/in/zero',
        '/in/tty',
        '/dev/zero',
        '/dev/tty',
        '/dev/pts/ptmx',
      ])
        expect(await codeOf(container.readFile(path, 1000))).toBe('PATH_NOT_FOUND');
      expect((await namesIn(container.readArchive('/in'))).toSorted()).toEqual([
        'in/',
        'in/fifo',
        'in/l',
        'in/tty',
        'in/zero',
      ]);
      expect(await namesIn(container.readArchive('/dev/zero'))).toEqual([]);
      // Written over, not into: the FIFO has no reader.
      await container.writeArchive('/in', tarOf({ name: 'fifo', content: 'a file now' }));
      expect(await outputOf(container, ['cat', '/in/fifo'])).toBe('a file now');
    }));

  test('a file that turns into a FIFO between two looks does not hang', () =>
    inSandbox(subject, async (bench) => {
      const container = await prepared(bench, 'mkdir /in; echo text > /in/file; mkfifo /in/fifo');
      const swap = `const fs = require('fs'); console.log('up'); for (;;) { fs.renameSync('/in/file', '/in/x'); fs.renameSync('/in/fifo', '/in/file'); fs.renameSync('/in/file', '/in/fifo'); fs.renameSync('/in/x', '/in/file'); }`;
      const swapper = await container.exec(processSpec(node(swap)), never);
      await firstOutput(swapper.stdout);
      for (let round = 0; round < 200; round += 1) {
        await container.readFile('/in/file', 100).catch(ignoreRefusal);
        await buffer(container.readArchive('/in')).catch(ignoreRefusal);
      }
      expect(await outputOf(container, sh('echo well'))).toBe('well\n');
    }));

  test('a listing that is too long is an error, and does not stop the others', () =>
    inSandbox(subject, async (bench) => {
      const container = await prepared(bench, 'mkdir /in');
      const fill = `const n = 'x'.repeat(240); for (let i = 0; i < 6000; i++) require('fs').writeFileSync('/in/' + n + i, '')`;
      await outputOf(container, node(fill));
      await expect(buffer(container.readArchive('/in'))).rejects.toThrow(/E2BIG/);
      expect(await outputOf(container, sh('echo well'))).toBe('well\n');
    }));

  test('an archive whose reader goes away lets go of the container', () =>
    inSandbox(subject, async (bench) => {
      const container = await prepared(bench, 'dd if=/dev/zero of=/big bs=1M count=40 2>/dev/null');
      for (let round = 0; round < 20; round += 1) {
        const tar = container.readArchive('/big');
        await firstOutput(tar);
        tar.destroy();
      }
      await container.stop(0);
      await container.remove();
    }));

  test('a sparse file is read to its size, and no further than the limit', () =>
    inSandbox(subject, async (bench) => {
      const container = await prepared(
        bench,
        'dd if=/dev/null of=/sparse bs=1 seek=1099511627776 2>/dev/null',
      );
      expect((await container.stat('/sparse'))?.sizeBytes).toBe(2 ** 40);
      expect(await codeOf(container.readFile('/sparse', 3_000_000))).toBe('OUTPUT_LIMIT');
    }));

  test('paths too long to name are an error', () =>
    inSandbox(subject, async (bench) => {
      const container = await prepared(bench, 'mkdir /in');
      const dig = `process.chdir('/in'); for (let i = 0; i < 40; i++) { require('fs').mkdirSync('d'.repeat(200)); process.chdir('d'.repeat(200)); }`;
      await outputOf(container, node(dig));
      await expect(buffer(container.readArchive('/in'))).rejects.toThrow(/ENAMETOOLONG/);
      const { status } = await finish(await container.exec(processSpec(['rm', '-rf', '/in']), never));
      expect(status.code).toBe(0);
    }));
});

/** What a race may cause is an error of ours, not a hang and not a success elsewhere. */
function ignoreRefusal(error: unknown): undefined {
  expect(error).toBeInstanceOf(MayflyError);
  return undefined;
}
