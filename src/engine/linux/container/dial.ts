import type { Duplex } from 'node:stream';
import { MayflyError } from '../../../core/mayfly-error.ts';
import { errnoError } from '../client/errno-error.ts';
import { parseIp } from '../net/ip.ts';
import { planDial } from '../net/plan-dial.ts';
import type { Slot } from '../tape/op.ts';
import type { ContainerHome } from './container-home.ts';
import { hasEnded } from './has-ended.ts';

export interface DialTarget {
  /** An address, or a name as the container would resolve it. */
  readonly host: string;
  readonly port: number;
}

/** A TCP connection from inside a container's network namespace. Rejects as node:net does: ENOTFOUND, ECONNREFUSED … */
export async function dialFrom(
  home: ContainerHome,
  container: string,
  pidfd: Slot,
  { host, port }: DialTarget,
  signal: AbortSignal,
): Promise<Duplex> {
  const ip = parseIp(host) ?? (await home.resolve(container, host, signal))?.[0];
  if (ip === undefined) {
    throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), {
      code: 'ENOTFOUND',
      syscall: 'getaddrinfo',
      hostname: host,
    });
  }
  const stream = home.init.nextStream();
  const socket = home.init.duplex(stream, { readable: true, writable: true });
  const scratch = home.slots.take();
  const connected = socket.connected(signal);
  connected.catch(() => {});
  try {
    await home.init.perform(
      planDial({ container: pidfd, to: { ip, port }, protocol: 'tcp', scratch, stream }),
    );
    await connected;
    return socket;
  } catch (error) {
    socket.on('error', () => {});
    socket.destroy();
    throw asConnectError(error);
  } finally {
    home.slots.give(scratch);
  }
}

/** A connect that the kernel refuses at once (ENETUNREACH) fails as an operation; callers expect it as a socket's error. */
function asConnectError(error: unknown): unknown {
  if (!(error instanceof MayflyError) || hasEnded(error)) return error;
  const code = (error.cause as { errno?: string } | undefined)?.errno;
  return code === undefined
    ? error
    : Object.assign(errnoError('connect', 0), { code, message: `connect ${code}`, cause: error });
}
