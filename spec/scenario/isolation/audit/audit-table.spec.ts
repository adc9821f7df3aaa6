import { expect, test } from 'vitest';
import { audits } from '../../../../src/scenario/isolation/audit/audit-table.ts';
import { isolationChecks } from '../../../../src/scenario/isolation/check-table.ts';

const ids = isolationChecks.map(({ id }) => id);

test('each check says how it is shown of what Mayfly did not start', () => {
  expect(ids.filter((id) => !audits.has(id))).toEqual([]);
});

test('nothing else is looked at', () => {
  expect([...audits.keys()].filter((id) => !ids.includes(id))).toEqual([]);
});
