import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { opTable } from '../../../../src/engine/linux/tape/op-table.ts';

const letters = { slot: 's', u32: 'u', u64: 'U', text: 't', bytes: 'b', texts: 'T', tape: 'P' } as const;

test('the launcher reads the operations as TypeScript writes them', () => {
  const definitions = readFileSync(
    new URL('../../../../src/engine/linux/launcher/ops.def', import.meta.url),
    'utf8',
  );
  const inC = [...definitions.matchAll(/^(?:OP|CALL)\((\w+), "(\w*)"/gm)].map(
    ([, name, signature]) => `${name} ${signature}`,
  );
  const inTypeScript = Object.entries(opTable).map(
    ([kind, fields]) =>
      `${kind} ${Object.values(fields)
        .map((type) => letters[type])
        .join('')}`,
  );
  expect(inC).toEqual(inTypeScript);
});
