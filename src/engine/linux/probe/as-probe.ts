import type { ProcessSpec } from '../../../core/container.ts';

/** The same process as a probe, which is told what to do on its standard input: launcher/serve.c knows itself by this name. */
export function asProbe(process: ProcessSpec): ProcessSpec {
  return { ...process, argv: ['mayfly-probe'], tty: false, stdin: true };
}
