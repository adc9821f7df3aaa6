import type { PublishedPort } from '../../../../core/container.ts';
import { MayflyError } from '../../../../core/mayfly-error.ts';
import type { ContainerDialer } from './container-dialer.ts';
import type { HostListener } from './host-listener.ts';
import { listenTcp } from './listen-tcp.ts';

export interface Publication {
  /** With the real host port; one for each address. */
  readonly ports: readonly PublishedPort[];
  /** Stops listening and ends what is relayed: in order until the deadline, then at once. Never rejects. */
  close(deadlineMs: number): Promise<void>;
}

const kernelTries = 16;

/** `localhost` means both: a client that resolves it may try either first. */
const bothLoopbacks = ['127.0.0.1', '::1'] as const;

/**
 * Listens on the host and relays to the container. Where any free port will do, `candidates` are tried first; then the kernel
 * chooses, and again if what it chose is free on the first address only.
 */
export async function publishPort(
  port: PublishedPort,
  dialer: ContainerDialer,
  candidates: Iterable<number> = [],
): Promise<Publication> {
  const addresses =
    port.hostAddress === '' || port.hostAddress === 'localhost' ? bothLoopbacks : [port.hostAddress];
  const chosen = port.hostPort === 0 ? [...candidates, ...Array.from({ length: kernelTries }, () => 0)] : [];
  for (const hostPort of chosen) {
    try {
      return await listenOn(addresses, { ...port, hostPort }, dialer);
    } catch (error) {
      if (errorCode(error) !== 'EADDRINUSE') throw unavailable(port, error);
    }
  }
  return await listenOn(addresses, port, dialer).catch((error: unknown) => {
    throw unavailable(port, error);
  });
}

async function listenOn(
  addresses: readonly string[],
  port: PublishedPort,
  dialer: ContainerDialer,
): Promise<Publication> {
  const listeners: HostListener[] = [];
  const listen = port.protocol === 'tcp' ? listenTcp : (await import('./listen-udp.ts')).listenUdp;
  try {
    for (const address of addresses) {
      const hostPort = listeners[0]?.port ?? port.hostPort;
      const listener = await listen({ address, port: hostPort }, port.containerPort, dialer).catch(
        absentFamily(addresses),
      );
      if (listener !== undefined) listeners.push(listener);
    }
  } catch (error) {
    await Promise.all(listeners.map((listener) => listener.close(0)));
    throw error;
  }
  return {
    ports: listeners.map((listener) => ({ ...port, hostAddress: listener.address, hostPort: listener.port })),
    close: async (deadlineMs) => {
      await Promise.all(listeners.map((listener) => listener.close(deadlineMs)));
    },
  };
}

/** A host without IPv6 has no ::1; that is no error where 127.0.0.1 was asked for as well. */
function absentFamily(addresses: readonly string[]): (error: unknown) => undefined {
  return (error) => {
    if (addresses.length > 1 && ['EADDRNOTAVAIL', 'EAFNOSUPPORT'].includes(errorCode(error) ?? ''))
      return undefined;
    throw error;
  };
}

function unavailable(port: PublishedPort, cause: unknown): MayflyError {
  const where = `${port.hostAddress === '' ? 'localhost' : port.hostAddress}:${port.hostPort}/${port.protocol}`;
  const [why, hint] = reasons[errorCode(cause) ?? ''] ?? [
    cause instanceof Error ? cause.message : String(cause),
    undefined,
  ];
  const message = `port ${where} cannot be published for container port ${port.containerPort}: ${why}`;
  return new MayflyError('PORT_UNAVAILABLE', message, { cause, ...(hint === undefined ? {} : { hint }) });
}

const reasons: Readonly<Record<string, readonly [why: string, hint: string]>> = {
  EADDRINUSE: [
    'something on this host listens there already',
    'choose another host port, or leave it out for any free one',
  ],
  EACCES: ['ports below 1024 need root', 'choose a host port from 1024 up, or leave it out for any free one'],
  EADDRNOTAVAIL: ['this host does not have that address', 'publish on 127.0.0.1 or ::1'],
  EAFNOSUPPORT: ['this host has no IPv6', 'publish on 127.0.0.1'],
};

function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
