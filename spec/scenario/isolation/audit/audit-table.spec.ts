import { expect, test } from 'vitest';
import { auditOf } from '../../../../src/scenario/isolation/audit/audit-table.ts';
import { auditedChecks } from '../../../../src/scenario/isolation/audit/audited-checks.ts';

test('each check says how it is shown of what Mayfly did not start, and what nobody declared is compared with', () => {
  const silent = auditedChecks.filter(({ id }) => auditOf(id).looked === '' || auditOf(id).against === '');
  expect(silent).toEqual([]);
  expect(new Set(auditedChecks.map(({ id }) => id)).size).toBe(auditedChecks.length);
});

test('what needs no process to be told is about Mayfly itself, and never a pass', async () => {
  const results = await Promise.all(
    ['ns.siblings', 'limit.memory', 'net.matrix', 'no.such-check'].map((id) =>
      auditOf(id).look({
        get witness(): never {
          throw new Error('nothing is looked at');
        },
      } as never),
    ),
  );
  expect(results.map(({ result }) => result)).toEqual(['n/a', 'n/a', 'n/a', 'n/a']);
});
