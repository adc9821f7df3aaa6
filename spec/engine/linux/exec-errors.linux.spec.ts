import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pack } from 'tar-stream';
import { afterAll, expect, test } from 'vitest';
import { describeRequiring } from '../../requires.ts';
import { processSpec } from '../contract/container-spec.ts';
import { inSandbox, never } from '../contract/contract-kit.ts';
import { linuxEngineFor } from './linux-kit.ts';

const directory = mkdtempSync(join(tmpdir(), 'mayfly-exec-'));
const kit = linuxEngineFor(directory);
const image = kit.then(({ prepareImage }) =>
  prepareImage('exec', { kind: 'host', programs: ['sh', 'sleep'], files: [] }),
);
image.catch(() => {}); // reported by the tests that await it

afterAll(() => rm(directory, { recursive: true, force: true }));

/** An ELF header of another machine (e_machine 0xf3, RISC-V), 64 bit, little-endian. */
const foreign = Buffer.concat([
  Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0xf3, 0, 1, 0, 0, 0]),
  Buffer.alloc(104),
]);

const cases = [
  {
    name: 'a script whose interpreter is missing',
    content: '#!/usr/bin/perl7\n',
    code: 'PROGRAM_NOT_EXECUTABLE',
    says: 'the interpreter it names',
  },
  {
    name: 'a program of another machine',
    content: foreign,
    code: 'PROGRAM_NOT_EXECUTABLE',
    says: 'exec format error',
  },
  {
    name: 'a file without execute permission',
    content: 'x',
    mode: 0o644,
    code: 'PROGRAM_NOT_EXECUTABLE',
    says: 'may not execute it',
  },
] as const;

describeRequiring(['userns', 'overlay'], 'a program that cannot be executed says why', () => {
  test.each(cases)('$name', async (each) => {
    await inSandbox({ engine: async () => (await kit).engine, image: () => image }, async ({ start }) => {
      const container = await start('one', ['sleep', '1000']);
      const tar = pack();
      tar.entry({ name: 'program', mode: 'mode' in each ? each.mode : 0o755 }, Buffer.from(each.content));
      tar.finalize();
      await container.writeArchive('/', tar as unknown as Parameters<typeof container.writeArchive>[1]);
      await expect(container.exec(processSpec(['/program']), never)).rejects.toMatchObject({
        code: each.code,
        message: expect.stringContaining(each.says),
      });
    });
  });

  test('a program that is not there', async () => {
    await inSandbox({ engine: async () => (await kit).engine, image: () => image }, async ({ start }) => {
      await expect(start('one', ['nosuch'])).rejects.toMatchObject({
        code: 'PROGRAM_NOT_FOUND',
        message: expect.stringContaining('nosuch: there is no such program in the container'),
      });
    });
  });
});
