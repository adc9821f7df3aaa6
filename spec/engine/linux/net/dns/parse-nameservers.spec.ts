import { expect, test } from 'vitest';
import { parseNameservers } from '../../../../../src/engine/linux/net/dns/parse-nameservers.ts';

test('the first three servers of a resolv.conf, without what cannot be one', () => {
  const text =
    '# nameserver 9.9.9.9\nsearch example\nnameserver 192.0.2.1\n nameserver\t2001:db8::1 \nnameserver host\nnameserver fe80::1%eth0\nnameserver 192.0.2.2\nnameserver 192.0.2.3\n';
  expect(parseNameservers(text)).toEqual(['192.0.2.1', '2001:db8::1', '192.0.2.2']);
});
