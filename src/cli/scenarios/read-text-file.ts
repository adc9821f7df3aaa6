import { readFileSync, statSync } from 'node:fs';
import { MayflyError } from '../../core/mayfly-error.ts';

/** Of a config, a secret, an env file or a seccomp profile (Docker takes a config of 1,000 kB). */
const textFileBytes = 2 ** 20;

/** @throws MayflyError SCENARIO_UNREADABLE, SCENARIO_LIMIT; a device or a pipe is never read. */
export function readTextFile(path: string): string {
  try {
    const facts = statSync(path);
    if (!facts.isFile()) throw new MayflyError('SCENARIO_UNREADABLE', `${path} is no file`);
    if (facts.size > textFileBytes) {
      const message = `${path} has ${facts.size} bytes; the limit \`textFileBytes\` is ${textFileBytes}`;
      throw new MayflyError('SCENARIO_LIMIT', message, { hint: 'mount it as a bind' });
    }
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(path));
  } catch (error) {
    if (error instanceof MayflyError) throw error;
    const why =
      error instanceof TypeError
        ? 'is not UTF-8'
        : `cannot be read: ${error instanceof Error ? error.message : error}`;
    throw new MayflyError('SCENARIO_UNREADABLE', `${path} ${why}`, { cause: error });
  }
}
