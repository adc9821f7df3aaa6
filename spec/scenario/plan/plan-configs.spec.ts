import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/core/json.ts';
import type { PlanOptions } from '../../../src/scenario/plan/plan-options.ts';
import { containerOf, serviceProblems } from './scenario-builder.ts';

const options: Partial<PlanOptions> = {
  readText: (path) => `text of ${path}`,
  env: { SETTINGS: 'from outside' },
};
const contentOf = (config: JsonObject, document: JsonObject = {}): unknown =>
  containerOf({ configs: ['c'] }, { configs: { c: config }, ...document }, options).mounts;
const problemsOf = (config: JsonObject): readonly string[] =>
  serviceProblems({ configs: ['c'] }, { configs: { c: config } }, options);

describe('R13 what is in a config', () => {
  test.each([
    { name: 'content', config: { content: 'x\n' }, content: 'x\n' },
    { name: 'content with expressions', config: { content: 'port=${{ vars.port }}' }, content: 'port=80' },
    { name: 'content that is a number', config: { content: 7 }, content: '7' },
    { name: 'a variable of Mayfly', config: { environment: 'SETTINGS' }, content: 'from outside' },
  ])('R13 $name', ({ config, content }) => {
    expect(contentOf(config, { vars: { port: 80 } })).toMatchObject([
      { kind: 'file', target: '/c', content },
    ]);
  });

  test('R13 a file of the scenario’s folder', () => {
    expect(contentOf({ file: './app.conf' })).toMatchObject([
      { content: expect.stringMatching(/^text of \/.*app\.conf$/) },
    ]);
    expect(problemsOf({ file: '/etc/shadow' })).toEqual([
      "SCENARIO_FORBIDDEN at /configs/c/file: `/etc/shadow` lies outside the scenario's folder",
    ]);
  });

  test('R13 exactly one source, and one that is there', () => {
    const conflict =
      'SCENARIO_CONFLICT at /configs/c: config `c` needs exactly one of `content`, `file`, `environment`';
    expect(problemsOf({ content: 'x', environment: 'SETTINGS' })).toEqual([conflict]);
    expect(problemsOf({})).toEqual([conflict]);
    expect(problemsOf({ environment: 'NOPE' })).toEqual([
      'SCENARIO_MISSING_KEY at /configs/c/environment: the environment has no variable `NOPE`',
    ]);
  });
});
