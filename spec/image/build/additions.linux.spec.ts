import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWithPrograms } from '../../requires.ts';
import { BuildBench, base, type ContextFiles } from './build-bench.ts';

let bench: BuildBench;
beforeAll(async () => {
  bench = await BuildBench.open();
});
afterAll(() => bench[Symbol.asyncDispose]());

interface Case {
  readonly name: string;
  readonly dockerfile: string;
  readonly files?: ContextFiles;
  /** Of the paths named; undefined: it is not there. */
  readonly tree: Readonly<Record<string, string | undefined>>;
}

/** What Debian's buildah cannot read: the trees are those that BuildKit's reference describes. */
const cases: readonly Case[] = [
  {
    name: 'RUN with a script',
    dockerfile: `${base}ENV WHO=world\nRUN <<EOF\necho "hello $WHO" > /x\necho '$WHO' >> /x\nEOF\n`,
    tree: { x: 'file 644 0:0 hello world\n$WHO\n' },
  },
  {
    name: 'RUN with a script of another interpreter',
    dockerfile: `${base}RUN <<EOF\n#!/bin/cat\nthe text\nEOF\nRUN <<'EOF'\n#!/bin/sh\necho "$0" > /zero\nEOF\n`,
    tree: { zero: 'file 644 0:0 /run/mayfly-heredoc/EOF\n', run: undefined },
  },
  {
    name: 'RUN with here-documents in a command',
    dockerfile: `${base}RUN cat <<A > /a && cat <<-B > /b\none $HOME\nA\n\t\ttwo\n\tB\nRUN cat <<'Q' > /q\n$HOME\nQ\n`,
    tree: { a: 'file 644 0:0 one /root\n', b: 'file 644 0:0 two\n', q: 'file 644 0:0 $HOME\n' },
  },
  {
    name: 'COPY of here-documents, with an owner and a mode',
    dockerfile: `${base}ARG V=1\nCOPY --chown=app:staff --chmod=600 <<one <<"two" /d/\nv=$V\none\nv=$V\ntwo\nCOPY <<x /file\nend\nx\n`,
    tree: {
      d: 'directory 755 1000:50',
      'd/one': 'file 600 1000:50 v=1\n',
      'd/two': 'file 600 1000:50 v=$V\n',
      file: 'file 644 0:0 end\n',
    },
  },
  {
    name: 'COPY --link does not look at what is below: no link is followed',
    dockerfile: `${base}RUN mkdir /real && ln -s real /alias\nCOPY --link a /alias/\nCOPY a /real/b\n`,
    files: { a: 'a' },
    tree: { alias: 'directory 755 0:0', 'alias/a': 'file 644 0:0 a', 'real/b': 'file 644 0:0 a' },
  },
  {
    name: 'COPY --exclude',
    dockerfile: `${base}COPY --exclude=**/*.md --exclude=d/skip . /all/\n`,
    files: { 'd/a.md': '', 'd/b': 'b', 'd/skip/c': '', 'top.md': '' },
    tree: {
      'all/d/b': 'file 644 0:0 b',
      'all/d/a.md': undefined,
      'all/d/skip': undefined,
      'all/top.md': undefined,
    },
  },
  {
    name: 'COPY --exclude is about names within the source, and about all that is in a directory',
    dockerfile: `${base}COPY --exclude=skip --exclude=x/deep d /all/\nCOPY --exclude=*.md d/* /flat/\n`,
    files: {
      'd/skip/c': '',
      'd/skip/sub/e': '',
      'd/x/deep/f': '',
      'd/x/skip': 's',
      'd/a.md': '',
      'd/b': 'b',
    },
    tree: {
      'all/skip': undefined,
      'all/skip/sub/e': undefined,
      'all/x': 'directory 755 0:0',
      'all/x/deep': undefined,
      'all/x/skip': 'file 644 0:0 s',
      'all/b': 'file 644 0:0 b',
      'flat/a.md': undefined,
      'flat/b': 'file 644 0:0 b',
    },
  },
  {
    name: 'COPY --from --exclude, also of the first name of a file that has several',
    dockerfile: `${base.replace('scratch', 'scratch AS sys')}RUN mkdir -p /o/skip/sub && echo 1 > /o/a && ln /o/a /o/b && ln /o/a /o/c && echo 2 > /o/skip/sub/f
FROM scratch
COPY --from=sys --exclude=skip --exclude=a /o /all/
`,
    tree: {
      all: 'directory 755 0:0',
      'all/a': undefined,
      'all/b': 'file 644 0:0 1\n',
      'all/c': '= all/b',
      'all/skip': undefined,
      'all/skip/sub/f': undefined,
    },
  },
  {
    name: 'a file goes into a directory by a link, and replaces a link of its own name there',
    dockerfile: `${base}RUN mkdir /d && ln -s d /alias && echo other > /other && ln -s /other /d/a\nCOPY a /alias/\n`,
    files: { a: 'a' },
    tree: { 'd/a': 'file 644 0:0 a', other: 'file 644 0:0 other\n', alias: '-> d' },
  },
  {
    name: 'COPY --chmod by letters',
    dockerfile: `${base}COPY --chmod=u=rwX,go= d /d/\n`,
    files: { 'd/x': 'x', 'd/sub/y': 'y' },
    tree: { d: 'directory 755 0:0', 'd/x': 'file 600 0:0 x', 'd/sub': 'directory 700 0:0' },
  },
  {
    name: 'ADD --unpack=false',
    dockerfile: `${base}ADD --unpack=false note.txt /kept/\n`,
    files: { 'note.txt': 'n' },
    tree: { 'kept/note.txt': 'file 644 0:0 n' },
  },
];

describeWithPrograms(['busybox'], ['userns', 'overlay'], 'what BuildKit added to Dockerfiles', () => {
  test.each(cases)('$name', async ({ dockerfile, files = {}, tree }) => {
    const { image } = await bench.build({ Dockerfile: dockerfile, ...files });
    const real = await bench.tree(image);
    expect(Object.fromEntries(Object.keys(tree).map((path) => [path, real[path]]))).toEqual(tree);
  });

  test('COPY --from --exclude by an argument: another value is another step', async () => {
    const context = await bench.context({
      Dockerfile: `${base.replace('scratch', 'scratch AS sys')}FROM scratch\nARG X\nCOPY --from=sys --exclude=$X /etc /e/\n`,
    });
    const [one, two] = [
      (await bench.buildAt(context, { args: { X: 'passwd' } })).image,
      (await bench.buildAt(context, { args: { X: 'group' } })).image,
    ];
    expect(Object.keys(await bench.tree(one))).toEqual(['e', 'e/group']);
    expect(Object.keys(await bench.tree(two))).toEqual(['e', 'e/passwd']);
  });
});
