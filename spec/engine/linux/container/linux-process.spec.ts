import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { LauncherClient } from '../../../../src/engine/linux/client/launcher-client.ts';
import { LinuxProcess } from '../../../../src/engine/linux/container/linux-process.ts';
import type { Stdio } from '../../../../src/engine/linux/sandbox/stdio.ts';
import { codeOf } from '../../contract/contract-kit.ts';

/** A launcher that takes tapes, never answers, and ends when its channel is closed here. */
async function openMuteLauncher(): Promise<{ readonly client: LauncherClient; readonly launcher: Socket }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const accepted = once(server, 'connection');
  const channel = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [launcher] = (await accepted) as [Socket];
  launcher.on('error', () => {}); // a reset at its end
  server.close();
  return { client: new LauncherClient(channel), launcher };
}

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
  const process = new LinuxProcess(client, launched, noStdio, 1, async () => false);
  const killing = codeOf(process.kill('SIGTERM'));
  await once(launcher, 'data'); // the tape is on its way
  if (asked) client.endsByRequest();
  launcher.destroy();
  expect(await killing).toBe(code);
  expect(await codeOf(process.exited)).toBe(code);
  expect(await codeOf(process.kill('SIGTERM'))).toBe(code);
  if (asked) expect(await process.exited).toEqual({ code: 137, signal: 'SIGKILL', oomKilled: false });
});
