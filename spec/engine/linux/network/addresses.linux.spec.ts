import { expect, test } from 'vitest';
import { describeRequiring } from '../../../requires.ts';
import { inSandbox } from '../../contract/contract-kit.ts';
import { addressOf, openNetworkBed, runIn, startIdle, startNamed } from './network-bed.ts';

const networks = {
  networks: [
    { name: 'front', egress: false, subnet4: '10.91.1.0/24', subnet6: 'fd91:1::/64' },
    { name: 'back', egress: false, subnet4: '10.91.2.0/24', subnet6: 'fd91:2::/64' },
    { name: 'side', egress: false },
  ],
};

const get = (url: string): readonly string[] => [
  'node',
  '-e',
  `fetch('${url}').then(async (r) => process.stdout.write(await r.text()), (e) => console.log(e.cause.code))`,
];

describeRequiring(['userns', 'overlay', 'net', 'ipv6'], 'addresses on networks (R10)', () => {
  const subject = openNetworkBed(() => []);

  test('static addresses are those a service has, answers at, and is found under, in both families', () =>
    inSandbox(
      subject,
      async (bench) => {
        const fixed = { network: 'front', aliases: ['site'], ipv4: '10.91.1.80', ipv6: 'fd91:1::80' };
        await startNamed(bench, 'web', fixed);
        const client = await startIdle(bench, 'client', 'front');
        const seen = await runIn(client, get('http://10.91.1.80:7000/'));
        expect(seen.stdout).toBe('web ::ffff:10.91.1.80\n');
        expect((await runIn(client, get('http://[fd91:1::80]:7000/'))).stdout).toBe('web fd91:1::80\n');
        const found = `require('node:dns').lookup('site', { all: true }, (_, all) => console.log(all.map(({ address }) => address).sort().join()))`;
        expect((await runIn(client, ['node', '-e', found])).stdout).toBe('10.91.1.80,fd91:1::80\n');
      },
      networks,
    ));

  test('a service on three networks has an interface and an address for each, and answers each under its own', () =>
    inSandbox(
      subject,
      async (bench) => {
        const web = await startNamed(bench, 'web', 'front', 'back', 'side');
        expect(web.networks.map(({ network, interfaceName }) => [network, interfaceName])).toEqual([
          ['front', 'eth0'],
          ['back', 'eth1'],
          ['side', 'eth2'],
        ]);
        for (const network of ['front', 'back', 'side']) {
          const client = await startIdle(bench, `of-${network}`, network);
          const address = addressOf(web, network);
          expect((await runIn(client, get('http://web:7000/'))).stdout).toBeOneOf([
            `web ::ffff:${address}\n`,
            `web ${addressOf(web, network, 'ipv6')}\n`,
          ]);
        }
        const stranger = await startIdle(bench, 'stranger', 'side');
        expect((await runIn(stranger, get(`http://${addressOf(web, 'front')}:7000/`))).stdout).toBe(
          'ENETUNREACH\n',
        );
      },
      networks,
    ));

  test('one address is not given twice', () =>
    inSandbox(
      subject,
      async (bench) => {
        const fixed = { network: 'front', aliases: [], ipv4: '10.91.1.80' };
        await startIdle(bench, 'one', fixed);
        await expect(startIdle(bench, 'two', fixed)).rejects.toMatchObject({
          code: 'SCENARIO_WRONG_VALUE',
          message: expect.stringContaining('10.91.1.80 is in use'),
        });
      },
      networks,
    ));
});
