import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { LinuxProcess } from '../../../../src/engine/linux/container/linux-process.ts';
import type { Stdio } from '../../../../src/engine/linux/sandbox/stdio.ts';
import { codeOf } from '../../contract/contract-kit.ts';
import { openMuteLauncher } from '../client/mute-launcher.ts';

const noStdio: Stdio = {
  stdin: undefined,
  stdout: new PassThrough(),
  stderr: new PassThrough(),
  terminal: undefined,
  slots: [],
  forChild: (process) => ({ kind: 'terminal', stream: 0, process }),
  before: [],
  after: () => [],
  abandon: () => {},
};

test.each([
  { name: 'unasked: a kill in progress and the end are both told', asked: false, code: 'LAUNCHER_DIED' },
  {
    name: 'by request: the process was killed, which is what a kill asks for',
    asked: true,
    code: 'no error',
  },
])('a launcher that ends $name', async ({ asked, code }) => {
  const { client, launcher } = await openMuteLauncher();
  const launched = client.expectProcess(() => []);
  const process = new LinuxProcess(client, launched, noStdio, 1, async () => ({ oomKilled: false }));
  const killing = codeOf(process.kill('SIGTERM'));
  await once(launcher, 'data'); // the tape is on its way
  if (asked) client.endsByRequest();
  launcher.destroy();
  expect(await killing).toBe(code);
  expect(await codeOf(process.exited)).toBe(code);
  expect(await codeOf(process.kill('SIGTERM'))).toBe(code);
  if (asked) expect(await process.exited).toEqual({ code: 137, signal: 'SIGKILL', oomKilled: false });
});
