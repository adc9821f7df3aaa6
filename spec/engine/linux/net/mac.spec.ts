import { describe, expect, test } from 'vitest';
import { bridgeMac, macOf, parseMac, portMacOf } from '../../../../src/engine/linux/net/mac.ts';
import { ip } from './network-builders.ts';

describe('hardware addresses', () => {
  test('come from the address, as Docker makes them', () => {
    expect(macOf(ip('10.20.0.5'))).toBe('02:42:0a:14:00:05');
    expect(macOf(ip('fd00::12:3456'))).toBe('02:46:00:12:34:56');
  });

  test('are locally administered and of a single station, on both ends and on the bridge', () => {
    for (const mac of [bridgeMac, macOf(ip('1.2.3.4')), portMacOf(macOf(ip('1.2.3.4')))]) {
      expect((parseMac(mac)?.[0] ?? 0) & 3).toBe(2);
    }
  });

  test.each([
    '',
    '02:42',
    '03:00:00:00:00:01',
    '00:00:00:00:00:00',
    '02:42:0a:14:00:5',
    '02:42:0a:14:00:zz',
    '0242.0a14.0005',
  ])('%j is refused', (text) => {
    expect(parseMac(text)).toBeUndefined();
  });
});
