import { renderPrintable } from '../../report/printable.ts';
import type { Output } from '../surroundings.ts';

/** A line of what goes on: names of files, warnings and answers in it are foreign, and drive no terminal. */
export function sayLine(stderr: Pick<Output, 'write'>, line: string): void {
  stderr.write(`${renderPrintable(line)}\n`);
}
