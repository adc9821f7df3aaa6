import { MayflyError } from '../../core/mayfly-error.ts';

/** tar-stream throws plain errors: `Unexpected end of data`, `Invalid tar header. …`. Everything else keeps its own kind. */
export function tarError(error: unknown): unknown {
  const parserSays =
    error instanceof Error &&
    /^(Unexpected end of data|Invalid (tar )?header|Header exceeds max size)/.test(error.message);
  if (error instanceof MayflyError || !parserSays) return error;
  return new MayflyError('IMAGE_INVALID', `not a sound tar archive: ${error.message}`, { cause: error });
}
