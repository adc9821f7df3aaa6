import { expect, test } from 'vitest';
import { parseEnvFile } from '../../../../src/scenario/plan/service/parse-env-file.ts';
import { containerOf, serviceProblems } from '../scenario-builder.ts';

test('R13 environment as a mapping or a list', () => {
  expect(containerOf({ environment: { A: 1, B: true, C: '' } }).environment).toEqual({
    A: '1',
    B: 'true',
    C: '',
  });
  expect(containerOf({ environment: ['A=1', 'B=x=y'] }).environment).toEqual({ A: '1', B: 'x=y' });
});

test('R13 a name without a value takes that of the runner, or removes that of the image', () => {
  const env = { KNOWN: 'here', OTHER: 'never' };
  expect(containerOf({ environment: ['KNOWN', 'UNKNOWN'] }, {}, { env }).environment).toEqual({
    KNOWN: 'here',
    UNKNOWN: null,
  });
  expect(containerOf({ environment: { KNOWN: null } }, {}, { env }).environment).toEqual({ KNOWN: 'here' });
});

test('R13 env files in order, the environment over them', () => {
  const files: Readonly<Record<string, string>> = {
    '/work/scenarios/a.env': 'A=1\nB=1',
    '/work/scenarios/b.env': 'B=2\nC=2',
  };
  const readText = (path: string): string => files[path] ?? '';
  const service = { env_file: ['a.env', { path: './b.env' }], environment: { C: '3' } };
  expect(containerOf(service, {}, { readText }).environment).toEqual({ A: '1', B: '2', C: '3' });
});

test('R13 a missing env file is an error unless it is not required', () => {
  const fileExists = (): boolean => false;
  expect(serviceProblems({ env_file: 'x.env' }, {}, { fileExists })).toEqual([
    'SCENARIO_WRONG_VALUE at /services/web/env_file: there is no file `x.env`',
  ]);
  expect(serviceProblems({ env_file: [{ path: 'x.env', required: false }] }, {}, { fileExists })).toEqual([]);
});

test('R13 `format: raw` takes everything as it stands', () => {
  const service = { env_file: [{ path: 'x.env', format: 'raw' }] };
  const readText = (): string => `# c\nA="x" # y\nB=$A`;
  expect(containerOf(service, {}, { readText }).environment).toEqual({ A: '"x" # y', B: '$A' });
});

test('R14 an env file lies in the folder of the scenario', () => {
  expect(serviceProblems({ env_file: '/etc/environment' })).toEqual([
    "SCENARIO_FORBIDDEN at /services/web/env_file: `/etc/environment` lies outside the scenario's folder",
  ]);
});

test('R13 a malformed env file is an error with its line', () => {
  expect(serviceProblems({ env_file: 'x.env' }, {}, { readText: () => 'A=1\n?\n' })).toEqual([
    'SCENARIO_WRONG_VALUE at /services/web/env_file: line 2 of `x.env` cannot be used: it is no NAME=value',
  ]);
});

const lines: readonly (readonly [string, object])[] = [
  ['# comment\n\nA=1', { A: '1' }],
  ['export A=1', { A: '1' }],
  ['A=a b # comment', { A: 'a b' }],
  ['A=a#b', { A: 'a#b' }],
  [`A='a # b' # c`, { A: 'a # b' }],
  [String.raw`A="a\nb\"c"`, { A: 'a\nb"c' }],
  ['A=', { A: '' }],
  ['A = 1', { A: '1' }],
  ['A', { A: null }],
  ['\uFEFFA=1\r\nB=2\r\n', { A: '1', B: '2' }],
  ['A=1\nB=${A}$A/${NONE}$NONE', { A: '1', B: '11/' }],
  ['A=${HOME}', { A: '/root' }],
  ['HOME=/mine\nA=$HOME', { HOME: '/mine', A: '/root' }],
  ['A="${NONE:-x} ${NONE-y} ${HOME:+z} ${NONE:+w}"', { A: 'x y z ' }],
  [String.raw`A="\$HOME $$HOME"`, { A: '$HOME $HOME' }],
  ["A='$HOME'", { A: '$HOME' }],
  ['A="one\ntwo" # c\nB=3', { A: 'one\ntwo', B: '3' }],
  ["A='one\ntwo'", { A: 'one\ntwo' }],
  ['A: b', { A: 'b' }],
  ['A # comment', { A: null }],
];

test.each(lines)('R13 a line of an env file: %j', (text, variables) => {
  const runner: Readonly<Record<string, string>> = { HOME: '/root' };
  expect(parseEnvFile(text, (name) => runner[name])).toEqual({ kind: 'variables', variables });
});

test.each(['=1', 'A B=1', `A='x`, `A="x`, '1A=1', 'A=${B:?gone}'])(
  'R13 no line of an env file: %j',
  (text) => {
    expect(parseEnvFile(text, () => undefined)).toMatchObject({ kind: 'malformed', line: 1 });
  },
);
