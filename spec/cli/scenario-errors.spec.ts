import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { runCli } from '../../src/cli/run-cli.ts';
import { testSurroundings } from './test-surroundings.ts';

const folder = mkdtempSync(join(tmpdir(), 'scenario-errors-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run(line: string, files: Readonly<Record<string, string>>) {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const words = [...line.split(' '), ...Object.keys(files)];
  const surroundings = testSurroundings({ arguments: words, workingDirectory: folder });
  const status = await runCli(surroundings);
  return { status, out: surroundings.out(), err: surroundings.err() };
}

const headings = (err: string): readonly string[] =>
  err.split('\n').filter((line) => line.startsWith('error['));

const steps = 'steps: [{ in: web, run: "true" }]\n';
const services = `images: { tools: { host: [sh, sleep] } }
services:
  web: { image: tools, command: [sleep, infinity] }
  shell: { image: tools, command: [sleep, infinity], profiles: [debug] }
`;

describe.each(['validate', 'plan'])('%s', (command) => {
  test('R1 a profile that no service has is an error, and says which there are', async () => {
    const files = { 'shop.yaml': `${services}${steps}` };
    const { status, err } = await run(`${command} --profile debgu --profile debug --profile *`, files);
    expect(status).toBe(2);
    expect(headings(err)).toEqual(['error[CLI_USAGE]: no service has the profile `debgu`']);
    expect(err).toContain('did you mean `debug`? the profiles are debug');
    expect((await run(`${command} --profile debug`, files)).status).toBe(0);
  });

  test('R1 a profile that an expression makes may be any', async () => {
    const text = `vars: { mode: debug }\n${services.replace('[debug]', '["${{ vars.mode }}"]')}${steps}`;
    expect((await run(`${command} --profile debug`, { 'shop.yaml': text })).status).toBe(0);
  });

  test('R2 what the schema says does not hide which files are not there', async () => {
    const text = `images: { tools: { host: [sh, sleep] } }
services:
  web: { image: tools, command: [sleep, infinity], env_file: ./none.env }
  late: { image: tools, command: [sleep, infinity], env_file: "\${{ vars.file }}" }
  mounts: { image: tools, command: [sleep, infinity], configs: [rules], secrets: [key] }
  wrong: { image: tools, comand: [sleep, infinity], env_file: { pth: ./other.env } }
configs: { rules: { file: ./none.conf } }
secrets: { key: { file: ./none.key } }
${steps}`;
    const other = `${services.replace('profiles: [debug]', 'env_file: ./gone.env')}${steps}`;
    const { status, err } = await run(command, { 'shop.yaml': text, 'other.yaml': other });
    expect(status).toBe(2);
    expect(headings(err)).toEqual([
      'error[SCENARIO_UNDECLARED]: there is no variable `file`',
      'error[SCENARIO_UNKNOWN_KEY]: unknown key `comand` in a service',
      'error[SCENARIO_WRONG_TYPE]: `env_file` must be a path or a list of paths, not a mapping',
      'error[SCENARIO_WRONG_VALUE]: there is no file `./none.env`',
      'error[SCENARIO_WRONG_VALUE]: there is no `./none.conf`',
      'error[SCENARIO_WRONG_VALUE]: there is no `./none.key`',
      'error[SCENARIO_WRONG_VALUE]: there is no file `./gone.env`',
    ]);
  });
});
