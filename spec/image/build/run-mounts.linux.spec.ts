import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWithPrograms } from '../../requires.ts';
import { BuildBench, base } from './build-bench.ts';

let bench: BuildBench;
beforeAll(async () => {
  bench = await BuildBench.open();
});
afterAll(() => bench[Symbol.asyncDispose]());

describeWithPrograms(['busybox'], ['userns', 'overlay'], 'RUN --mount', () => {
  test('a cache outlives the step and the build, and is no part of the image', async () => {
    const files = (line: string) => ({
      Dockerfile: `${base}RUN --mount=type=cache,target=/cache,uid=1000,mode=0700 echo ${line} >> /cache/log && cat /cache/log > /seen && stat -c %u:%a /cache > /facts\n`,
    });
    await bench.build(files('one'));
    const { image } = await bench.build(files('two'));
    const tree = await bench.tree(image);
    expect(tree.seen).toBe('file 644 0:0 one\ntwo\n');
    expect(tree.facts).toBe('file 644 0:0 1000:700\n');
    expect(Object.keys(tree).filter((path) => path.startsWith('cache'))).toEqual([]);
  });

  test('a bind of the context and of another stage; writes to one that is `rw` are lost', async () => {
    const { image } = await bench.build({
      Dockerfile: `FROM scratch AS sys
ADD base.tar /
FROM sys AS made
RUN mkdir /made && echo made > /made/file && chown 1000:50 /made/file
FROM sys
RUN --mount=target=/ctx,source=src cat /ctx/a > /a && ! touch /ctx/new
RUN --mount=type=bind,from=made,source=/made,target=/m,rw cat /m/file > /b && stat -c %u:%g /m/file >> /b && echo more > /m/file
RUN --mount=from=made,source=/made/file,target=/one cat /one > /c
`,
      'src/a': 'from the context\n',
    });
    const tree = await bench.tree(image);
    expect(tree).toMatchObject({
      a: 'file 644 0:0 from the context\n',
      b: 'file 644 0:0 made\n1000:50\n',
      c: 'file 644 0:0 made\n',
    });
    expect(['ctx', 'm', 'one'].filter((path) => tree[path] !== undefined)).toEqual([]);
  });

  test('a secret is a file or a variable of the step, and nowhere else', async () => {
    const context = await bench.context({
      Dockerfile: `${base}RUN --mount=type=secret,id=token,required cat /run/secrets/token | wc -c > /length && stat -c %a /run/secrets/token >> /length
RUN --mount=type=secret,id=token,env=TOKEN echo "\${#TOKEN}" > /variable
RUN --mount=type=secret,id=other test ! -e /run/secrets/other
`,
    });
    const { image } = await bench.buildAt(context, {}, { token: 'hunter2' });
    const tree = await bench.tree(image);
    expect(tree).toMatchObject({ length: 'file 644 0:0 7\n400\n', variable: 'file 644 0:0 7\n' });
    expect(tree.run).toBeUndefined();
    expect(JSON.stringify(image)).not.toContain('hunter2');
  });

  test('a secret that is required and not given', async () => {
    const dockerfile = `${base}RUN --mount=type=secret,id=absent,required true\n`;
    await expect(bench.build({ Dockerfile: dockerfile })).rejects.toMatchObject({
      message: expect.stringContaining('the secret `absent` is required'),
      at: { line: 3 },
    });
  });

  test('a tmpfs', async () => {
    const dockerfile = `${base}RUN --mount=type=tmpfs,target=/scratch,size=1m echo x > /scratch/x && ls /scratch > /list\n`;
    const { image } = await bench.build({ Dockerfile: dockerfile });
    expect(await bench.tree(image)).toMatchObject({ list: 'file 644 0:0 x\n' });
  });

  test('a directory that was changed itself is part of the image, though something is mounted in it', async () => {
    const { image } = await bench.build({
      Dockerfile: `${base}RUN mkdir /old /same && chmod 755 /old /same
RUN --mount=type=tmpfs,target=/old/m --mount=type=tmpfs,target=/new/m --mount=type=tmpfs,target=/gone/m --mount=type=tmpfs,target=/same/m chmod 700 /old /new
RUN --mount=type=tmpfs,target=/owned/m chown 1000 /owned
`,
    });
    const tree = await bench.tree(image);
    expect(tree).toMatchObject({
      old: 'directory 700 0:0',
      same: 'directory 755 0:0',
      new: 'directory 700 0:0',
      owned: 'directory 755 1000:0',
    });
    expect(['gone', 'old/m', 'new/m'].filter((path) => tree[path] !== undefined)).toEqual([]);
  });

  test('a name that is not UTF-8 is an error, and does not vanish', async () => {
    const dockerfile = `${base}RUN touch "/$(printf 'a\\377')"\n`;
    await expect(bench.build({ Dockerfile: dockerfile })).rejects.toMatchObject({
      code: 'IMAGE_INVALID',
      message: expect.stringContaining('is not UTF-8'),
    });
  });

  test.each([
    ['type=cache', 'needs a target'],
    ['type=ssh', 'type `ssh` is not possible'],
    ['type=cache,target=/c,sharing=some', 'sharing is shared, private or locked'],
    ['type=tmpfs,target=/t,colour=red', 'has no `colour`'],
    ['type=bind', 'needs a target'],
  ])('%s', async (mount, message) => {
    await expect(bench.build({ Dockerfile: `FROM scratch\nRUN --mount=${mount} x\n` })).rejects.toMatchObject(
      {
        code: 'DOCKERFILE_INVALID',
        message: expect.stringContaining(message),
        at: { line: 2 },
      },
    );
  });
});
