import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { candidatePorts } from '../../../../../src/engine/linux/net/publish/candidate-ports.ts';

const web = { containerPort: 80, protocol: 'tcp' } as const;

describe('ports of the host, where any free one will do', () => {
  test('R7 are the same with the same seed, and others with another', () => {
    expect(candidatePorts(7, 'web', web)).toEqual(candidatePorts(7, 'web', web));
    expect(candidatePorts(7, 'web', web)).not.toEqual(candidatePorts(8, 'web', web));
  });

  test('are others for another container, port or protocol', () => {
    const first = candidatePorts(7, 'web-1', web);
    expect(candidatePorts(7, 'web-2', web)).not.toEqual(first);
    expect(candidatePorts(7, 'web-1', { ...web, containerPort: 81 })).not.toEqual(first);
    expect(candidatePorts(7, 'web-1', { ...web, protocol: 'udp' })).not.toEqual(first);
  });

  test('are below those of outgoing connections, whatever the seed', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.string(), (seed, container) => {
        for (const port of candidatePorts(seed, container, web)) {
          expect(port).toBeGreaterThanOrEqual(20_000);
          expect(port).toBeLessThan(32_768);
        }
      }),
    );
  });
});
