import { closeSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { MayflyError } from '../../core/mayfly-error.ts';
import { makeFolders } from './make-folders.ts';

/** A file that is written as its text comes, so that what was written is there even if the runner is killed. */
export class TextFile {
  readonly #descriptor: number;

  private constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  /** Makes the folders above, too. @throws MayflyError CLI_USAGE when it cannot be written. */
  static open(path: string, what: string): TextFile {
    try {
      makeFolders(dirname(path));
      return new TextFile(openSync(path, 'w'));
    } catch (cause) {
      const why = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
      throw new MayflyError('CLI_USAGE', `cannot write ${what} to ${path}: ${why}`, {
        cause,
        hint: 'choose another place',
      });
    }
  }

  write(text: string): void {
    const bytes = Buffer.from(text);
    for (let done = 0; done < bytes.length; ) done += writeSync(this.#descriptor, bytes, done);
  }

  end(): void {
    closeSync(this.#descriptor);
  }
}
