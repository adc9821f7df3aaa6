import { MayflyError } from '../../core/mayfly-error.ts';

/** Whether another place may be asked for what one failed to give. What is wrong with the image itself is not hidden by that. */
export function mayAskNext(error: unknown): boolean {
  return error instanceof MayflyError && !/^IMAGE_(?:HOSTILE|DIGEST|LIMIT)/.test(error.code);
}
