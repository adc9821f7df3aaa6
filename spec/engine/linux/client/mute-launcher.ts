import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { LauncherClient } from '../../../../src/engine/linux/client/launcher-client.ts';

/** A launcher that takes tapes, never answers, and ends when its channel is closed here. */
export async function openMuteLauncher(): Promise<{
  readonly client: LauncherClient;
  readonly launcher: Socket;
}> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const accepted = once(server, 'connection');
  const channel = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [launcher] = (await accepted) as [Socket];
  launcher.on('error', () => {}); // a reset at its end
  server.close();
  return { client: new LauncherClient(channel), launcher };
}
