import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import type { ProcessSpec } from '../../../../src/core/container.ts';
import { defaultContainer } from '../../../../src/core/container-defaults.ts';
import type { Container } from '../../../../src/core/engine.ts';
import type { ImageSource } from '../../../../src/core/image.ts';
import { processSpec } from '../../contract/container-spec.ts';
import { type ContractSubject, contractPrograms, finish, never } from '../../contract/contract-kit.ts';
import { linuxEngineFor } from '../linux-kit.ts';

const { maskedPaths, readonlyPaths } = defaultContainer('any');
/** As every service of a scenario is. */
export const sealed = { maskedPaths, readonlyPaths };

/** Beside those of the contract. `attack` is a static program; see attack.c. */
const programs = [...contractPrograms, 'cp', 'mv', 'mkfifo', 'readlink', 'dd', 'grep', 'find', 'head'];

export interface Bed {
  readonly directory: string;
  readonly attack: string;
  readonly subject: ContractSubject;
  /** A subject whose containers start from another image. */
  withImage(name: string, source: ImageSource): ContractSubject;
}

/** An engine with a store of its own and an image that has an attacker's tools. */
export function openBed(name: string): Bed {
  const directory = mkdtempSync(join(tmpdir(), `mayfly-${name}-`));
  const attack = compileAttack(directory);
  const kit = linuxEngineFor(directory);
  const begun: Promise<unknown>[] = [];
  const prepare = (image: string, source: ImageSource) => {
    const prepared = kit.then(({ prepareImage }) => prepareImage(image, source));
    begun.push(prepared.catch(() => {})); // reported by the tests that await it
    return prepared;
  };
  afterAll(async () => {
    await Promise.all(begun); // a test file that needs none has ended before they are made
    await rm(directory, { recursive: true, force: true });
  });
  const image = prepare('attacker', { kind: 'host', programs: [...programs, attack], files: [] });
  const engine = async () => (await kit).engine;
  return {
    directory,
    attack,
    subject: { engine, image: () => image },
    withImage: (other, source) => {
      const prepared = prepare(other, source);
      return { engine, image: () => prepared };
    },
  };
}

export function compileAttack(directory: string): string {
  const output = join(directory, 'attack');
  const source = fileURLToPath(new URL('attack.c', import.meta.url));
  execFileSync('cc', ['-std=gnu11', '-Wall', '-Wextra', '-Werror', '-O1', '-static', '-o', output, source]);
  return output;
}

export const sh = (text: string): readonly string[] => ['sh', '-c', text];
export const node = (script: string): readonly string[] => ['node', '-e', script];

/** Standard output of one more process in a container. */
export async function outputOf(
  container: Container,
  argv: readonly string[],
  change: Partial<ProcessSpec> = {},
): Promise<string> {
  return (await finish(await container.exec(processSpec(argv, change), never))).stdout;
}

/** `name result` lines as a record. */
export function resultsIn(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    text
      .trim()
      .split('\n')
      .map((line) => {
        const at = line.lastIndexOf(' ');
        return [line.slice(0, at), line.slice(at + 1)];
      }),
  );
}
