import { describe, expect, test } from 'vitest';
import { parseDockerfile } from '../../../../src/image/build/dockerfile/parse-dockerfile.ts';
import { parseInstruction } from '../../../../src/image/build/dockerfile/parse-instruction.ts';

const parse = async (text: string) => {
  const { instructions, escapeCharacter, file } = await parseDockerfile(text, 'Dockerfile');
  const [first] = instructions;
  if (first === undefined) throw new Error('nothing is there');
  return parseInstruction(first, escapeCharacter, file);
};

describe('what an instruction asks for', () => {
  test.each([
    [
      'FROM --platform=$BUILDPLATFORM a:1 as Two',
      { kind: 'from', image: 'a:1', name: 'two', platform: '$BUILDPLATFORM' },
    ],
    [
      'ARG A B=1 C="x y"',
      {
        kind: 'arg',
        declarations: [
          { name: 'A', value: undefined },
          { name: 'B', value: '1' },
          { name: 'C', value: '"x y"' },
        ],
      },
    ],
    ['ENV a b  c', { kind: 'env', pairs: [{ name: 'a', value: 'b  c' }] }],
    [
      'LABEL "a b"=c d=',
      {
        kind: 'label',
        pairs: [
          { name: '"a b"', value: 'c' },
          { name: 'd', value: '' },
        ],
      },
    ],
    ['CMD [ "a", "b c" ]', { kind: 'command', command: { form: 'exec', argv: ['a', 'b c'] } }],
    ['CMD [a, b]', { kind: 'command', command: { form: 'shell', text: '[a, b]' } }],
    ['CMD', { kind: 'command', command: { form: 'shell', text: '' } }],
    ['CMD []', { kind: 'command', command: { form: 'exec', argv: [] } }],
    [
      'HEALTHCHECK --interval=1m30s --start-interval=500ms --retries=2 CMD x',
      {
        kind: 'healthcheck',
        healthcheck: {
          command: { form: 'shell', text: 'x' },
          intervalMs: 90_000,
          startIntervalMs: 500,
          retries: 2,
        },
      },
    ],
    ['healthcheck none', { kind: 'healthcheck', healthcheck: { command: undefined } }],
    [
      'ONBUILD RUN --mount=type=cache,target=/x y',
      { kind: 'onbuild', text: 'RUN --mount=type=cache,target=/x y' },
    ],
    [
      'RUN --network=none --mount=type=tmpfs,target=/t,size=1m x',
      {
        kind: 'run',
        run: {
          command: { form: 'shell', text: 'x' },
          heredocs: [],
          network: 'none',
          mounts: [{ kind: 'tmpfs', target: '/t', sizeBytes: 1_048_576 }],
        },
      },
    ],
  ])('%s', async (text, wanted) => expect(await parse(text)).toEqual(wanted));
});

describe('mistakes, each with its line', () => {
  test.each([
    ['FROM', 'FROM needs an argument'],
    ['FROM a b', 'FROM takes an image'],
    ['FROM a AS 1st', 'is no name for a stage'],
    ['ENV a', 'ENV needs name=value'],
    ['ENV a=1 b', '`b` is no name=value'],
    ['ENV =x', 'a value without a name'],
    ['ARG 1=2', 'is no name for an argument'],
    ['CMD ["a", 1]', 'only texts'],
    ['SHELL /bin/sh', 'SHELL needs a list'],
    ['USER a b', 'USER takes one argument'],
    ['HEALTHCHECK x', 'needs CMD or NONE'],
    ['HEALTHCHECK NONE x', 'takes no arguments'],
    ['HEALTHCHECK --interval=1 CMD x', 'is no duration'],
    ['HEALTHCHECK --retries=many CMD x', 'needs a whole number'],
    ['ONBUILD ONBUILD RUN x', 'ONBUILD cannot hold ONBUILD'],
    ['ONBUILD FROM x', 'ONBUILD cannot hold FROM'],
    ['COPY one', 'COPY needs at least one source and a destination'],
    ['COPY --from a b', '--from needs a value'],
    ['COPY --from=a --from=b c d', '--from is given twice'],
    ['COPY --colour=red a b', 'COPY has no flag `--colour`'],
    ['COPY --link=perhaps a b', '--link is true or false'],
    ['ADD --from=a b c', 'ADD has no flag `--from`'],
    ['RUN --network=host x', 'write default or none'],
    ['RUN --security=insecure x', 'steps run sealed'],
  ])('%s', async (text, message) => {
    await expect(parse(`# a comment\n${text}\n`)).rejects.toMatchObject({
      code: 'DOCKERFILE_INVALID',
      message: expect.stringContaining(message),
      at: { file: 'Dockerfile', line: 2, column: 1 },
      sourceLine: text,
    });
  });
});
