import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { otherMusts, pullMusts } from './distribution-spec-pull.ts';
import { pushMusts } from './distribution-spec-push.ts';

/** What the specification has in these sections: a sentence that is forgotten here is noticed. */
const counts = { pull: 13, push: 33, around: 4 };

describe.each([
  ['Pull', pullMusts, counts.pull],
  ['Push', pushMusts, counts.push],
  ['What holds for both', otherMusts, counts.around],
] as const)('distribution-spec 1.1: %s', (_, musts, count) => {
  test('every MUST stands here', () => {
    expect(new Set(musts.map(({ says }) => says)).size).toBe(musts.length);
    expect(musts).toHaveLength(count);
  });

  test.each(musts)('$duty: $says', ({ test: [file, title] }) => {
    const folder = file.includes('/') ? join(import.meta.dirname, '../..') : import.meta.dirname;
    // A test of that title is there; it runs with its own file.
    expect(readFileSync(join(folder, file), 'utf8')).toContain(title);
  });
});
