import { describe, expect, test } from 'vitest';
import { renderCidr } from '../../../../../src/engine/linux/net/cidr.ts';
import {
  type EgressFacts,
  egressReport,
  requireEgress,
} from '../../../../../src/engine/linux/net/egress/egress-report.ts';
import { pastaArguments } from '../../../../../src/engine/linux/net/egress/pasta-arguments.ts';
import { planEgressRoutes } from '../../../../../src/engine/linux/net/egress/plan-egress-routes.ts';
import { parseRoutes } from '../../../../../src/engine/linux/net/netlink/parse-facts.ts';
import { ip } from '../network-builders.ts';
import { only } from '../tape-readers.ts';

const good: EgressFacts = { pasta: '/usr/bin/pasta', tun: 'usable', hasDefaultRoute: true };

describe('egress', () => {
  test('pasta joins both namespaces, lets nothing in and hides the loopback of the host', () => {
    const line = pastaArguments({
      userNamespace: '/proc/7/ns/user',
      networkNamespace: '/proc/7/ns/net',
      root: true,
    }).join(' ');
    expect(line).toBe(
      '--foreground --quiet --stderr --pid /proc/self/fd/1 --runas 0 --userns /proc/7/ns/user --netns /proc/7/ns/net --config-net ' +
        '--ns-ifname egress0 --tcp-ports none --udp-ports none --tcp-ns none --udp-ns none --no-map-gw',
    );
  });

  test('an ordinary user keeps his id', () => {
    expect(pastaArguments({ userNamespace: 'u', networkNamespace: 'n', root: false })).not.toContain(
      '--runas',
    );
  });

  test('metadata services and the addresses of the host stay unreachable, each route once', () => {
    const hosts = ['192.0.2.2', 'fd00::2', '172.17.0.1', '172.17.0.1', '169.254.3.4'].map(ip);
    const destinations = (ipv6: boolean): string[] =>
      parseRoutes(only(planEgressRoutes(20, 91, hosts, ipv6), 'netlink').messages).map(({ destination }) =>
        renderCidr(destination),
      );
    expect(destinations(true)).toEqual([
      '169.254.0.0/16',
      'fd00:ec2::254/128',
      '192.0.2.2/32',
      'fd00::2/128',
      '172.17.0.1/32',
    ]);
    expect(destinations(false)).toEqual(['169.254.0.0/16', '192.0.2.2/32', '172.17.0.1/32']);
  });

  test.each<[string, Partial<EgressFacts>, string, string, string]>([
    [
      'no pasta',
      { pasta: undefined },
      'HOST_MISSING_PROGRAM',
      'pasta is not installed',
      'install the package passt',
    ],
    [
      'no right to the device',
      { tun: 'EACCES' },
      'HOST_MISSING_FEATURE',
      '/dev/net/tun cannot be opened (EACCES)',
      'chmod 666',
    ],
    [
      'no device',
      { tun: 'ENOENT' },
      'HOST_MISSING_FEATURE',
      '/dev/net/tun cannot be opened (ENOENT)',
      'modprobe tun',
    ],
    ['no route', { hasDefaultRoute: false }, 'HOST_MISSING_FEATURE', 'no default route', 'connect this host'],
  ])('%s is named, with its remedy', (_name, facts, code, message, remedy) => {
    expect(() => requireEgress('updates', { ...good, ...facts })).toThrow(
      expect.objectContaining({
        code,
        message: expect.stringContaining(message),
        hint: expect.stringContaining(remedy),
      }),
    );
    expect(egressReport({ ...good, ...facts })).toMatchObject({
      available: false,
      evidence: expect.stringContaining(message),
    });
  });

  test('a host that has everything', () => {
    expect(requireEgress('updates', good)).toBe('/usr/bin/pasta');
    expect(egressReport(good)).toMatchObject({ available: true, remedy: '' });
  });
});
