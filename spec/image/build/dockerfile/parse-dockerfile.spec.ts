import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MayflyError } from '../../../../src/core/mayfly-error.ts';
import { parseDockerfile } from '../../../../src/image/build/dockerfile/parse-dockerfile.ts';
import { planStages } from '../../../../src/image/build/plan-stages.ts';
import { readOnbuild } from '../../../../src/image/build/read-onbuild.ts';

const read = async (text: string) =>
  (await parseDockerfile(text, 'Dockerfile')).instructions.map(
    ({ keyword, line, flags, text: words, heredocs }) => ({
      keyword,
      line,
      text: words,
      ...(flags.length === 0 ? {} : { flags: flags.map(({ name, value }) => `${name}=${value ?? ''}`) }),
      ...(heredocs.length === 0
        ? {}
        : { heredocs: heredocs.map(({ content, expands }) => [content, expands]) }),
    }),
  );

describe('instructions', () => {
  test('continued lines are joined; comments and empty lines among them are not there', async () => {
    expect(
      await read('# top\nFROM scratch\nrun echo a \\\n   # inner\n  && echo b \\  \n\n  && echo c\n# end\n'),
    ).toEqual([
      { keyword: 'FROM', line: 2, text: 'scratch' },
      { keyword: 'RUN', line: 3, text: 'echo a   && echo b   && echo c' },
    ]);
  });

  test('flags, also quoted, also on lines of their own', async () => {
    expect(await read('COPY --from=a \\\n --chown="a b" --link x /y')).toEqual([
      { keyword: 'COPY', line: 1, text: 'x /y', flags: ['from=a', 'chown=a b', 'link='] },
    ]);
  });

  test('another escape character', async () => {
    expect(await read('# escape=`\nFROM scratch\nRUN a `\n b\\\nRUN c')).toEqual([
      { keyword: 'FROM', line: 2, text: 'scratch' },
      { keyword: 'RUN', line: 3, text: 'a  b\\' },
      { keyword: 'RUN', line: 5, text: 'c' },
    ]);
  });

  test('a directive that does not stand first is a comment', async () => {
    expect(await read('FROM scratch\n# escape=`\nRUN a \\\n b')).toEqual([
      { keyword: 'FROM', line: 1, text: 'scratch' },
      { keyword: 'RUN', line: 3, text: 'a  b' },
    ]);
  });

  test('a byte order mark and the ends of lines of Windows', async () => {
    expect(await read('\uFEFFFROM scratch\r\nRUN a \\\r\n  b\r\n')).toEqual([
      { keyword: 'FROM', line: 1, text: 'scratch' },
      { keyword: 'RUN', line: 2, text: 'a   b' },
    ]);
  });

  test('here-documents: quoted, with tabs cut, several at once, with what looks like instructions in them', async () => {
    expect(
      await read(
        'RUN <<EOF\nFROM x\n# no comment\n\nEOF\nCOPY <<-"A" <<B /d/\n\tone\n\tA\ntwo \\\nB\nUSER u',
      ),
    ).toEqual([
      { keyword: 'RUN', line: 1, text: '<<EOF', heredocs: [['FROM x\n# no comment\n\n', true]] },
      {
        keyword: 'COPY',
        line: 6,
        text: '<<-"A" <<B /d/',
        heredocs: [
          ['one\n', false],
          ['two \\\n', true],
        ],
      },
      { keyword: 'USER', line: 11, text: 'u' },
    ]);
  });

  test.each([
    'RUN echo "a <<EOF b"',
    'RUN echo \\<<EOF',
    "RUN echo '<<EOF'",
    'RUN echo a<<EOF',
    'CMD cat <<EOF',
  ])('what is no here-document ends with its line, and loses nothing: %s', async (line) => {
    expect((await read(`${line}\nUSER u\nCMD x`)).map(({ keyword }) => keyword)).toEqual([
      line.slice(0, 3),
      'USER',
      'CMD',
    ]);
  });

  test('ONBUILD keeps the here-documents of what it holds', async () => {
    const dockerfile = 'FROM scratch\nONBUILD RUN --network=none cat <<-A <<B\n\tone\n\tA\ntwo\nB\nUSER u';
    const [stage] = planStages(await parseDockerfile(dockerfile, 'f')).stages;
    const parsed = stage?.instructions.map((each) => each.parsed);
    expect(parsed).toEqual([
      { kind: 'onbuild', text: 'RUN --network=none cat <<-A <<B\none\nA\ntwo\nB' },
      { kind: 'user', text: 'u' },
    ]);
    const file = { file: 'f', escapeCharacter: '\\', instructions: [] } as const;
    const triggers = parsed?.flatMap((each) => (each.kind === 'onbuild' ? each.text : [])) ?? [];
    expect(readOnbuild(triggers, file).map(({ written }) => written.heredocs)).toEqual([
      [
        { name: 'A', content: 'one\n', expands: true },
        { name: 'B', content: 'two\n', expands: true },
      ],
    ]);
    expect(() => readOnbuild(['RUN a\nUSER root'], file)).toThrow('is not one instruction');
  });
});

test('whatever it is given, it reads it or says what is wrong with it', async () => {
  const part = fc.constantFrom(
    'FROM a\n',
    'RUN ',
    '\\\n',
    '<<E\n',
    'E\n',
    '#',
    '"',
    "'",
    '$',
    '--x=',
    '[',
    '{',
    ' ',
    '\n',
    '`',
    'COPY a b',
    'é',
  );
  await fc.assert(
    fc.asyncProperty(fc.array(part, { maxLength: 30 }), async (parts) => {
      const outcome = await parseDockerfile(parts.join(''), 'f').catch((error: unknown) => error);
      if (outcome instanceof Error) expect(outcome).toBeInstanceOf(MayflyError);
    }),
  );
});
