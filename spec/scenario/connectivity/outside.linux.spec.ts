import { expect, test } from 'vitest';
import type { Container } from '../../../src/core/engine.ts';
import { on } from '../../engine/contract/container-spec.ts';
import { inSandbox, never } from '../../engine/contract/contract-kit.ts';
import { addressOf, openNetworkBed } from '../../engine/linux/network/network-bed.ts';
import { describeRequiring } from '../../requires.ts';
import { surprisesOf, surveyOf } from './survey-bed.ts';

const also = ['host', 'gateway', 'internet', 'metadata', 'ipv6-link-local'];
/** So that UDP and ICMP are asked for, too; what stands in it holds. */
const named = ['one -> two/icmp', 'two -> one/icmp', 'one -> two:9/udp'];

describeRequiring(['userns', 'overlay', 'net', 'ipv6'], 'places outside', () => {
  const bed = openNetworkBed(() => []);
  const networks = [{ name: 'front', egress: false }];

  test('none is reached from a sealed network, over either IP version, by any protocol', () =>
    inSandbox(
      bed,
      async ({ start }) => {
        const one = await start('one', ['sleep', '1000'], on('front'));
        const two = await start('two', ['sleep', '1000'], on('front'));
        const asked = [{ container: one }, { container: two }];
        const facts = await surveyOf(asked, { allow: named, also });
        expect(surprisesOf(facts), JSON.stringify(facts.surprises, null, 1)).toEqual([]);
        const columns = facts.columns.map(({ to, protocol }) => `${to} ${protocol}`);
        for (const place of also.slice(0, 4))
          expect(columns.filter((column) => column.startsWith(place))).toHaveLength(3);
        expect(columns).toContain('ipv6-link-local icmp');
        const allowed = await surveyOf(
          asked,
          { default: 'allow', deny: ['two -> one:9'], also: ['internet'] },
          [4],
        );
        expect(surprisesOf(allowed)).toEqual([
          'one -> internet:443/tcp 4 too-closed unreachable',
          'two -> internet:443/tcp 4 too-closed unreachable',
          'two -> one:9/tcp 4 too-open open',
        ]);
      },
      { networks },
    ));

  test('somebody at the place of a gateway, or with a link-local address, is found', () =>
    inSandbox(
      bed,
      async ({ start }) => {
        const one = await start('one', ['sleep', '1000'], on('front'));
        const sysctls = {
          'net.ipv6.conf.default.accept_dad': '0',
          'net.ipv6.conf.default.addr_gen_mode': '0',
        };
        const two = await start('two', ['sleep', '1000'], { ...on('front'), sysctls });
        await addAddress(two, addressOf(one, 'front').replace(/\d+$/, '1'));
        const asked = [{ container: one }, { container: two }];
        const facts = await surveyOf(asked, { allow: named, also: ['gateway', 'ipv6-link-local'] });
        const found = surprisesOf(facts).filter((line) => line.startsWith('one'));
        expect(found, JSON.stringify(facts.surprises, null, 1)).toEqual([
          'one -> gateway/icmp 4 too-open open',
          'one -> gateway:53/udp 4 too-open refused',
          'one -> gateway:80/tcp 4 too-open refused',
          'one -> ipv6-link-local/icmp 6 too-open open',
        ]);
      },
      { networks },
    ));
});

/** One more of an interface: ioctl(2) SIOCSIFADDR of the alias eth0:1, a struct ifreq with a struct sockaddr_in. */
async function addAddress(container: Container, address: string): Promise<void> {
  await using probe = await container.probe('network', never);
  const request = Buffer.from('eth0:1'.padEnd(40, '\0'), 'latin1');
  request.writeUInt16LE(2, 16);
  request.set(address.split('.').map(Number), 20);
  const [, result] = await probe.calls([
    { name: 'socket', args: [2, 2, 0] },
    { name: 'ioctl', args: [{ result: 0 }, 0x8916, request] },
  ]);
  expect(result?.error).toBeUndefined();
}
