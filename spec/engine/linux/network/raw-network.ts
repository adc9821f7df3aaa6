import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** See raw-network.c; gives the path of the program. */
export function compileRawNetwork(directory: string): string {
  const program = join(directory, 'raw-network');
  const source = fileURLToPath(new URL('raw-network.c', import.meta.url));
  execFileSync('cc', ['-std=gnu11', '-D_GNU_SOURCE', '-Wall', '-Wextra', '-O1', '-o', program, source]);
  return program;
}
