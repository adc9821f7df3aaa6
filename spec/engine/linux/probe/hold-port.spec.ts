import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { holdPort } from '../../../../src/engine/linux/probe/hold-port.ts';

/** With what connecting ends; whoever is let in is hung up on. */
async function outcomeAt(host: string, port: number): Promise<string> {
  const socket = connect({ host, port });
  socket.on('error', () => {});
  try {
    await once(socket, 'connect');
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code);
  }
  await once(socket.resume(), 'close');
  return 'let in';
}

test('a port is held at that address only, and only until it is given back', async () => {
  const held = await holdPort('127.9.8.7');
  if ('error' in held) throw new Error(held.error);
  expect(await outcomeAt('127.9.8.7', held.port)).toBe('let in');
  expect(await outcomeAt('127.9.8.6', held.port)).toBe('ECONNREFUSED');
  await held[Symbol.asyncDispose]();
  expect(await outcomeAt('127.9.8.7', held.port)).toBe('ECONNREFUSED');
});

test('an address that the host has not', async () => {
  expect(await holdPort('192.0.2.1')).toEqual({ error: 'EADDRNOTAVAIL' });
});
