import { MayflyError } from '../../core/mayfly-error.ts';
import type { Surroundings } from '../surroundings.ts';

/** Asks as Docker does. Where nobody can answer, it is a mistake to ask. */
export async function askForConsent(
  warning: string,
  { stdin, stderr }: Pick<Surroundings, 'stdin' | 'stderr'>,
): Promise<boolean> {
  if (!stdin.isTerminal)
    throw new MayflyError('CLI_USAGE', 'nobody is there to be asked', { hint: 'add --force' });
  stderr.write(`WARNING! ${warning}\nAre you sure you want to continue? [y/N] `);
  for await (const answer of stdin.read()) return /^y(es)?\s*$/i.test(Buffer.from(answer).toString());
  return false;
}
