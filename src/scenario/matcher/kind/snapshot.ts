import { MayflyError } from '../../../core/mayfly-error.ts';
import type { Matcher } from '../matcher.ts';

const message = '`snapshot` is not available yet';

/** R22, for a later version. */
export const snapshot: Matcher = {
  name: 'snapshot',
  example: 'snapshot: items.txt',
  validate: () => [{ code: 'LANGUAGE_NOT_AVAILABLE_YET', pointer: '', message }],
  compile: () => {
    throw new MayflyError('LANGUAGE_NOT_AVAILABLE_YET', message);
  },
};
