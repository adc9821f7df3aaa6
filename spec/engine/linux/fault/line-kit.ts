import { text } from 'node:stream/consumers';
import { expect } from 'vitest';
import type { Container } from '../../../../src/core/engine.ts';
import { on, processSpec } from '../../contract/container-spec.ts';
import { type Bench, firstOutput, never } from '../../contract/contract-kit.ts';
import { runIn } from '../network/network-bed.ts';
import { dial, echo } from './line-scripts.ts';

export const nodeIn = async (container: Container, script: string): Promise<string> =>
  (await runIn(container, ['node', '-e', script])).stdout.trim();
export const dialled = (from: Container, host: string, port = 7): Promise<string> =>
  nodeIn(from, dial(host, port));

export async function startEcho(
  { start }: Bench,
  name: string,
  ...names: readonly string[]
): Promise<Container> {
  const container = await start(name, ['node', '-e', echo], on(...names));
  await firstOutput(container.main.stdout);
  return container;
}

interface Open {
  /** All that it has said, once it has ended. */
  readonly said: Promise<string>;
  stop(): Promise<void>;
}

/** A connection that is there when this resolves. */
export async function open(from: Container, script: string): Promise<Open> {
  const process = await from.exec(processSpec(['node', '-e', script]), never);
  const said = text(process.stdout);
  const begun = new Promise((resolve) => process.stdout.once('data', resolve));
  await Promise.race([begun, said]);
  return { said, stop: () => process.kill('SIGKILL') };
}

/** After a line has changed: a question about a hardware address may have been lost in that moment, and is asked again after a second. */
export async function isConnectedAgain(from: Container, host: string, port = 7): Promise<void> {
  await expect.poll(() => dialled(from, host, port), { timeout: 20_000 }).toBe('connected');
}
