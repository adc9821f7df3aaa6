import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import type { NetworkAttachment } from '../../../../src/core/container.ts';
import type { Container } from '../../../../src/core/engine.ts';
import type { Image } from '../../../../src/core/image.ts';
import { on, processSpec } from '../../contract/container-spec.ts';
import {
  type Bench,
  type ContractSubject,
  contractPrograms,
  type Finished,
  finish,
  firstOutput,
  never,
} from '../../contract/contract-kit.ts';
import { type LinuxKit, linuxEngineFor } from '../linux-kit.ts';

/** Answers HTTP on port 7000 of every address with its own name and the address it was asked at. */
const nameServer = `
  require('node:http').createServer((request, response) => {
    response.end(require('node:os').hostname() + ' ' + request.socket.localAddress + '\\n');
  }).listen(7000, '::', () => console.log('up'))`;

export interface NetworkBed extends ContractSubject {
  readonly directory: string;
}

/** An engine with a store of its own and an image made, when it is first used, of programs of this machine. */
export function openNetworkBed(programs: (directory: string) => readonly string[]): NetworkBed {
  const directory = mkdtempSync(join(tmpdir(), 'mayfly-network-'));
  afterAll(() => rm(directory, { recursive: true, force: true }));
  let kit: Promise<LinuxKit> | undefined;
  let image: Promise<Image> | undefined;
  const open = (): Promise<LinuxKit> => {
    kit ??= linuxEngineFor(directory);
    return kit;
  };
  const prepare = async (): Promise<Image> =>
    (await open()).prepareImage('network', {
      kind: 'host',
      programs: [...contractPrograms, ...programs(directory)],
      files: [],
    });
  return {
    directory,
    engine: async () => (await open()).engine,
    image: () => {
      image ??= prepare();
      return image;
    },
  };
}

/** A static program of musl; see resolve-name.c. */
export function compileForMusl(output: string): string {
  const source = fileURLToPath(new URL('resolve-name.c', import.meta.url));
  const flags = ['-std=gnu11', '-Wall', '-Wextra', '-Werror', '-O1', '-static'];
  execFileSync('musl-gcc', [...flags, '-o', output, source]);
  return output;
}

/** A container that serves its name on its networks, started when it listens. */
export async function startNamed(
  { start }: Bench,
  name: string,
  ...networks: readonly (string | NetworkAttachment)[]
): Promise<Container> {
  const container = await start(name, ['node', '-e', nameServer], on(...networks));
  await firstOutput(container.main.stdout);
  return container;
}

export function startIdle(
  { start }: Bench,
  name: string,
  ...networks: readonly (string | NetworkAttachment)[]
): Promise<Container> {
  return start(name, ['sleep', '1000'], on(...networks));
}

export async function runIn(container: Container, argv: readonly string[]): Promise<Finished> {
  return finish(await container.exec(processSpec(argv), never));
}

/** Its address on a network; empty if it has none of that family. */
export function addressOf(container: Container, network: string, family: 'ipv4' | 'ipv6' = 'ipv4'): string {
  return container.networks.find((each) => each.network === network)?.[family] ?? '';
}
