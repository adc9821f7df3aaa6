import { expect, test } from 'vitest';
import { renderTable } from '../../../../../src/engine/linux/net/netfilter/render-table.ts';
import { policyTables } from '../../../../../src/engine/linux/net/policy/plan-policy.ts';

const policy = { allow: [{ from: ['web'], to: ['db'], protocol: 'tcp', port: 5432 }] } as const;

test('R12 the table of who may open what, as `mayfly explain` shows it', () => {
  const [, inet] = policyTables(policy, 'stateful').map(renderTable);
  expect(inet).toBe(
    [
      'table inet mayfly',
      '  set allow_from_to_port4: keys of 16 bytes',
      '  set allow_from_to_port6: keys of 40 bytes',
      '  set same4: keys of 8 bytes',
      '  set same6: keys of 32 bytes',
      '  chain policy: at forward, priority 0, otherwise drop',
      '    nfproto = 0x02, ct direction = 0x01, ct state & 0x02000000 ≠ 0x00000000, network[16:4] . network[12:4] . l4proto . transport[0:2] in allow_from_to_port4, accept',
      '    nfproto = 0x0a, ct direction = 0x01, ct state & 0x02000000 ≠ 0x00000000, network[24:16] . network[8:16] . l4proto . transport[0:2] in allow_from_to_port6, accept',
      '    nfproto = 0x02, network[12:4] . network[16:4] . l4proto . transport[2:2] in allow_from_to_port4, accept',
      '    nfproto = 0x0a, network[8:16] . network[24:16] . l4proto . transport[2:2] in allow_from_to_port6, accept',
      '    nfproto = 0x02, ct state & 0x04000000 ≠ 0x00000000, l4proto = 0x01, network[12:4] . transport[24:4] in same4, accept',
      '    nfproto = 0x0a, ct state & 0x04000000 ≠ 0x00000000, l4proto = 0x3a, network[8:16] . transport[32:16] in same6, accept',
      '    nfproto = 0x0a, l4proto = 0x3a, transport[0:1] = 0x87, accept',
      '    nfproto = 0x0a, l4proto = 0x3a, transport[0:1] = 0x88, accept',
    ].join('\n'),
  );
});

test('R12 without connections there is one table, and a segment that opens is looked up as that only', () => {
  const tables = policyTables(policy, 'stateless');
  expect(tables.map(({ family }) => family)).toEqual(['bridge']);
  const [text = ''] = tables.map(renderTable);
  expect(text).toContain('l4proto = 0x06, transport[13:1] & 0x12 = 0x02, drop');
});
