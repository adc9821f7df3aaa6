import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect } from 'vitest';
import type { ContainerSpec, ExitStatus } from '../../../src/core/container.ts';
import type { Container, Engine, Process, Sandbox, SandboxSpec } from '../../../src/core/engine.ts';
import type { ErrorCode } from '../../../src/core/error-catalogue.ts';
import type { Image } from '../../../src/core/image.ts';
import { MayflyError } from '../../../src/core/mayfly-error.ts';
import { containerSpec } from './container-spec.ts';

/** Programs that the image of a contract run must have. */
export const contractPrograms = [
  'sh',
  'cat',
  'sleep',
  'node',
  'id',
  'ls',
  'env',
  'hostname',
  'ln',
  'chmod',
  'true',
  'false',
  'mkdir',
  'rm',
] as const;

/** What a contract runs against. */
export interface ContractSubject {
  readonly engine: () => Promise<Engine>;
  /** Has `contractPrograms`, and an /etc/passwd with at least one user beside root. */
  readonly image: () => Promise<Image>;
}

export const teardownBudgetMs = 20_000;
export const never = new AbortController().signal;

export interface Bench {
  readonly sandbox: Sandbox;
  readonly image: Image;
  start(name: string, argv: readonly string[], change?: Partial<ContainerSpec>): Promise<Container>;
}

/** Runs a test in a sandbox of its own, and fails it if anything is left. */
export async function inSandbox(
  subject: ContractSubject,
  body: (bench: Bench) => Promise<void>,
  change: Partial<SandboxSpec> = {},
): Promise<void> {
  const [engine, image] = await Promise.all([subject.engine(), subject.image()]);
  const runId = `c${randomUUID().replaceAll('-', '').slice(0, 11)}`;
  const sandbox = await engine.openSandbox(
    { runId, networks: [], volumes: [], upper: 'auto', ...change },
    never,
  );
  try {
    const start: Bench['start'] = (name, argv, own) =>
      sandbox.startContainer(containerSpec(image, name, argv, own), never);
    await body({ sandbox, image, start });
  } catch (error) {
    await sandbox.close(teardownBudgetMs);
    throw error;
  }
  expect(await sandbox.close(teardownBudgetMs)).toEqual([]);
}

export interface Finished {
  readonly status: ExitStatus;
  readonly stdout: string;
  readonly stderr: string;
}

export async function finish(process: Process): Promise<Finished> {
  const [stdout, stderr, status] = await Promise.all([
    text(process.stdout),
    text(process.stderr),
    process.exited,
  ]);
  return { status, stdout, stderr };
}

/** Resolves at the first output; the stream goes on flowing. */
export function firstOutput(stream: Readable): Promise<string> {
  return new Promise((resolve, reject) => {
    stream.once('data', (chunk: Uint8Array) => resolve(new TextDecoder().decode(chunk)));
    stream.once('end', () => reject(new Error('the stream ended without output')));
  });
}

export async function codeOf(action: Promise<unknown>): Promise<ErrorCode | 'no error' | 'other error'> {
  try {
    await action;
    return 'no error';
  } catch (error) {
    return error instanceof MayflyError ? error.code : 'other error';
  }
}
