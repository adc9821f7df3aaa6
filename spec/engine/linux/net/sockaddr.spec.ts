import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ipFromBytes } from '../../../../src/engine/linux/net/ip.ts';
import { encodeSockaddr, parseSockaddr } from '../../../../src/engine/linux/net/sockaddr.ts';
import { ip } from './network-builders.ts';

describe('socket addresses', () => {
  test('sockaddr_in: family in host order, port and address in network order, 16 bytes', () => {
    expect(Buffer.from(encodeSockaddr({ ip: ip('127.0.0.11'), port: 53 })).toString('hex')).toBe(
      '020000357f00000b0000000000000000',
    );
  });

  test('sockaddr_in6: flow information before the address, scope after it, 28 bytes', () => {
    const hex = Buffer.from(encodeSockaddr({ ip: ip('fd00::2'), port: 8080 })).toString('hex');
    expect(hex).toBe(`0a001f9000000000fd0000000000000000000000000000020${'0'.repeat(7)}`);
  });

  test('what is encoded is parsed again', () => {
    const anyIp = fc.oneof(
      fc.uint8Array({ minLength: 4, maxLength: 4 }),
      fc.uint8Array({ minLength: 16, maxLength: 16 }),
    );
    fc.assert(
      fc.property(anyIp, fc.integer({ min: 0, max: 65_535 }), (bytes, port) => {
        const address = { ip: ipFromBytes(bytes) ?? ip('::'), port };
        expect(parseSockaddr(encodeSockaddr(address))).toEqual(address);
      }),
    );
  });

  test('any bytes are taken or refused without throwing; other families are refused', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => void parseSockaddr(bytes)));
    expect(parseSockaddr(Buffer.from(`0100${'00'.repeat(20)}`, 'hex'))).toBeUndefined();
  });
});
