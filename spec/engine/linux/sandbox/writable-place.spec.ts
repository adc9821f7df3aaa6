import { expect, test } from 'vitest';
import { chooseWritablePlace } from '../../../../src/engine/linux/sandbox/writable-place.ts';

test.each([
  { wish: 'auto', kernel: '6.18.44-fc', place: 'tmpfs' },
  { wish: 'auto', kernel: '6.6.0', place: 'tmpfs' },
  { wish: 'auto', kernel: '6.1.0-37-amd64', place: 'disk' },
  { wish: 'disk', kernel: '6.18.0', place: 'disk' },
  { wish: 'tmpfs', kernel: '6.8.0-51-generic', place: 'tmpfs' },
] as const)('writable layers, $wish on Linux $kernel: $place', ({ wish, kernel, place }) => {
  expect(chooseWritablePlace(wish, kernel)).toBe(place);
});

test('memory is refused by name where the kernel cannot', () => {
  expect(() => chooseWritablePlace('tmpfs', '5.15.0')).toThrow('need Linux 6.6, and this is 5.15.0');
});
