import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeWithPrograms } from '../../requires.ts';
import { BuildBench, base, stepsOf } from './build-bench.ts';
import { writeLayout } from './differential/umoci.ts';

let bench: BuildBench;
beforeAll(async () => {
  bench = await BuildBench.open();
});
afterAll(() => bench[Symbol.asyncDispose]());

describeWithPrograms(['busybox'], ['userns', 'overlay'], 'images from Dockerfiles', () => {
  test('RUN, COPY, ENV, WORKDIR and CMD', async () => {
    const { image } = await bench.build({
      Dockerfile: `${base}ENV GREETING="hello world" OTHER=$GREETING
WORKDIR /srv/app
RUN echo "$GREETING" > out && rm /etc/group && id -u > /uid
COPY note.txt dir ./
CMD ["cat", "out"]
`,
      'note.txt': 'a note\n',
      'dir/inner': 'inner\n',
    });
    expect(image.config).toMatchObject({
      command: ['cat', 'out'],
      workingDir: '/srv/app',
      environment: [expect.stringMatching(/^PATH=/), 'GREETING=hello world', 'OTHER='],
    });
    const tree = await bench.tree(image);
    expect(tree).toMatchObject({
      'srv/app': 'directory 755 0:0',
      'srv/app/out': 'file 644 0:0 hello world\n',
      'srv/app/note.txt': 'file 644 0:0 a note\n',
      'srv/app/inner': 'file 644 0:0 inner\n',
      uid: 'file 644 0:0 0\n',
      tmp: 'directory 1777 0:0',
      'home/app': 'directory 750 1000:1001',
    });
    expect(tree['etc/group']).toBeUndefined();
    // What was only there to mount something on is no part of it.
    expect(Object.keys(tree).filter((path) => /^(proc|sys|dev)/.test(path))).toEqual([]);
  });

  describe('the cache', () => {
    const dockerfile = `${base}RUN echo one > /one\nCOPY a /a\nRUN cat /a > /two\nRUN echo three > /three\n`;

    test('a second build runs nothing; a changed line, only what follows', async () => {
      const context = await bench.context({ Dockerfile: dockerfile, a: 'first' });
      const first = await bench.buildAt(context);
      const again = await bench.buildAt(context);
      expect(new Set(Object.values(stepsOf(again.events)))).toEqual(new Set(['CACHED']));
      expect(again.image.id).toBe(first.image.id);
      await writeFile(join(context, 'Dockerfile'), dockerfile.replace('cat /a', 'cat /a /a'));
      const changed = await bench.buildAt(context);
      expect(stepsOf(changed.events)).toEqual({
        'ADD base.tar /': 'CACHED',
        'RUN echo one > /one': 'CACHED',
        'COPY a /a': 'CACHED',
        'RUN cat /a /a > /two': 'DONE',
        'RUN echo three > /three': 'DONE',
      });
    });

    test('it is keyed by content: of what is copied, and of what a step made', async () => {
      const files = {
        Dockerfile: `${base}COPY b /b\nRUN cat /b | wc -c > /size\nRUN cat /size > /copy && rm /b\n`,
        b: 'four',
      };
      const context = await bench.context(files);
      await bench.buildAt(context);
      const elsewhere = await bench.build(files);
      expect(new Set(Object.values(stepsOf(elsewhere.events)))).toEqual(new Set(['CACHED']));
      await writeFile(join(context, 'b'), 'five');
      const changed = await bench.buildAt(context);
      expect(stepsOf(changed.events)).toEqual({
        'ADD base.tar /': 'CACHED',
        'COPY b /b': 'DONE',
        'RUN cat /b | wc -c > /size': 'DONE',
        'RUN cat /size > /copy && rm /b': 'DONE',
      });
    });

    test('--no-cache runs all', async () => {
      const context = await bench.context({ Dockerfile: dockerfile, a: 'first' });
      await bench.buildAt(context);
      const { events } = await bench.buildAt(context, { no_cache: true });
      expect(new Set(Object.values(stepsOf(events)))).toEqual(new Set(['DONE']));
    });
  });

  test('the same inputs give the same image in another store', async () => {
    const files = {
      Dockerfile: `${base}RUN date > /dev/null; touch /x /y && mkdir -p /d/e && echo z > /d/z && ln /d/z /d/same\nCOPY sub /sub\nLABEL b=2 a=1\n`,
      'sub/one': '1',
      'sub/two': '2',
    };
    await using other = await BuildBench.open();
    const [one, two] = [await bench.build(files), await other.build(files)];
    expect(two.image.id).toBe(one.image.id);
    const dated = await other.build(files, { args: { SOURCE_DATE_EPOCH: '1700000000' } });
    expect(dated.image.id).not.toBe(one.image.id);
    expect(dated.image.createdAt).toBe('2023-11-14T22:13:20Z');
  });

  test('stages, and what is copied of another', async () => {
    const { image } = await bench.build({
      Dockerfile: `${base.replace('scratch', 'scratch AS sys')}FROM sys AS one
RUN mkdir -p /out/sub && echo 1 > /out/sub/one && chown 1000:50 /out/sub/one && ln -s sub/one /out/link
FROM sys AS unused
RUN false
FROM scratch
COPY --from=one /out /all/
COPY --from=one /out/link /followed
COPY --from=one --chown=7:8 /out/sub/* /globbed/
`,
    });
    expect(await bench.tree(image)).toEqual({
      all: 'directory 755 0:0',
      'all/link': '-> sub/one',
      'all/sub': 'directory 755 0:0',
      'all/sub/one': 'file 644 1000:50 1\n',
      followed: 'file 644 1000:50 1\n',
      globbed: 'directory 755 7:8',
      'globbed/one': 'file 644 7:8 1\n',
    });
  });

  test('FROM and --from of named contexts: a directory, an OCI layout', async () => {
    const docs = await bench.context({ guide: 'a guide', 'sub/page': 'a page' });
    const parent = await bench.build({ Dockerfile: `${base}ENV FROM_PARENT=yes\n` });
    const layout = join(bench.folder, 'parent-layout');
    writeLayout(parent.image, join(bench.folder, 'store'), layout);
    const { image } = await bench.build(
      {
        Dockerfile: `FROM parent\nCOPY --from=docs sub /d/\nRUN --mount=from=docs,source=guide,target=/g cat /g > /read && echo $FROM_PARENT >> /read\n`,
      },
      { additional_contexts: { docs, parent: `oci-layout://${layout}:built` } },
    );
    expect(await bench.tree(image)).toMatchObject({
      'd/page': 'file 644 0:0 a page',
      read: 'file 644 0:0 a guideyes\n',
    });
    await expect(
      bench.build({ Dockerfile: 'FROM docs\n' }, { additional_contexts: { docs } }),
    ).rejects.toMatchObject({
      message: expect.stringContaining('is a directory'),
      at: { line: 1 },
    });
  });

  test('stages that do not need each other are built at the same time', async () => {
    const waits = (own: string, other: string) =>
      `RUN --mount=type=cache,id=meet,target=/m touch /m/${own} && until test -e /m/${other}; do sleep 0.05; done && touch /${own}\n`;
    const { image } = await bench.build({
      Dockerfile: `FROM scratch AS sys\nADD base.tar /\nFROM sys AS one\n${waits('one', 'two')}FROM sys AS two\n${waits('two', 'one')}FROM scratch\nCOPY --from=one /one /\nCOPY --from=two /two /\n`,
    });
    expect(Object.keys(await bench.tree(image))).toEqual(['one', 'two']);
  });

  describe('what goes wrong', () => {
    const failure = async (dockerfile: string, files = {}): Promise<unknown> =>
      bench.build({ Dockerfile: dockerfile, ...files }).then(
        () => 'built',
        (error: unknown) => error,
      );

    test('a command that fails: its line, and what it said', async () => {
      expect(await failure(`${base}RUN echo before && \\\n  echo why >&2 && exit 3\n`)).toMatchObject({
        code: 'BUILD_STEP_FAILED',
        message: expect.stringMatching(/ended with exit status 3[\s\S]*why/),
        at: { line: 3, file: expect.stringMatching(/Dockerfile$/) },
        sourceLine: 'RUN echo before && \\',
      });
    });

    test.each([
      ['FRM scratch\n', 1, 'unknown instruction `FRM`'],
      ['FROM scratch\nCOPY missing /\n', 2, '`missing` is not in the build context'],
      ['FROM scratch\nCOPY ../Dockerfile2 /\n', 2, 'is not in the build context'],
      ['FROM scratch\n\nCOPY --chown=nobody Dockerfile /\n', 3, 'there is no user `nobody`'],
      ['FROM scratch\nENV A\n', 2, 'ENV needs name=value'],
      ['FROM scratch\nRUN --mount=nonsense x\n', 2, 'mount'],
      ['FROM --platform=linux/riscv64 scratch\n', 1, 'it is for linux/riscv64'],
      ['FROM scratch\nCOPY --from=5 a /\n', 2, '--from=5 names no stage before this one'],
      ['FROM scratch\nCOPY --from=0 a /\n', 2, 'names the stage that it stands in'],
      ['FROM scratch AS own\nCOPY --from=own a /\n', 2, 'names the stage that it stands in'],
      ['FROM scratch AS a\nCOPY --from=b a /\nFROM scratch AS b\nCOPY --from=a x /\n', 2, 'comes later'],
      ['FROM scratch\nRUN --mount=from=7,target=/m x\n', 2, '--from=7 names no stage'],
      ['FROM scratch\nCOPY --parents a /\n', 2, 'COPY --parents is not possible'],
      ['FROM scratch\nADD --checksum=sha256:00 a /\n', 2, 'ADD --checksum is not possible'],
      ['RUN x\n', 1, 'stands before the first FROM'],
      ['ARG A\n', 1, 'there is no FROM'],
      ['FROM scratch\nCOPY Dockerfile base.tar /one\n', 2, 'several files need a directory'],
      ['FROM scratch\nENV A="${B:?must be set}"\n', 2, 'B: must be set'],
      ['FROM scratch\nRUN x <<EOF\nnever\n', 2, 'the here-document `EOF` does not end'],
    ])('%j', async (dockerfile, line, message) => {
      expect(await failure(dockerfile)).toMatchObject({
        code: expect.stringMatching(/^(DOCKERFILE_INVALID|IMAGE_PLATFORM)$/),
        message: expect.stringContaining(message),
        at: { line },
      });
    });

    test("a platform that is not this machine's", async () => {
      await expect(bench.build({ Dockerfile: base }, { platform: 'linux/riscv64' })).rejects.toMatchObject({
        code: 'IMAGE_PLATFORM',
      });
    });

    test('RUN has no network', async () => {
      const { image } = await bench.build({ Dockerfile: `${base}RUN ls /sys/class/net > /nets\n` });
      expect((await bench.tree(image)).nets).toBe('file 644 0:0 lo\n');
    });
  });
});
