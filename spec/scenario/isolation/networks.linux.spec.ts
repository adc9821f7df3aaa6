import { expect, test } from 'vitest';
import type { ContainerSpec } from '../../../src/core/container.ts';
import { MayflyError } from '../../../src/core/mayfly-error.ts';
import { LinuxContainer } from '../../../src/engine/linux/container/linux-container.ts';
import { isolationChecks } from '../../../src/scenario/isolation/check-table.ts';
import { describeRequiring } from '../../requires.ts';
import { notPassed, openIsolationBench, testSabotages } from './isolation-kit.ts';
import { sabotagesOfNetworks } from './sabotages-of-networks.ts';

const checks = isolationChecks.filter(({ id }) => id.startsWith('net.'));

const containers: readonly {
  readonly name: string;
  readonly change: Partial<ContainerSpec>;
  readonly notApplicable: readonly string[];
}[] = [
  { name: 'a default one', change: {}, notApplicable: ['net.ports-exact'] },
  {
    name: 'one without networks',
    change: { network: { kind: 'none' } },
    notApplicable: ['net.dns-scope', 'net.no-cross-scenario', 'net.ports-exact'],
  },
  {
    name: 'one with published ports',
    change: {
      ports: [
        { hostAddress: '127.0.0.1', hostPort: 0, containerPort: 80, protocol: 'tcp' },
        { hostAddress: 'localhost', hostPort: 0, containerPort: 81, protocol: 'tcp' },
        { hostAddress: '127.0.0.1', hostPort: 0, containerPort: 53, protocol: 'udp' },
      ],
    },
    notApplicable: [],
  },
  {
    name: 'one on two networks, alone on the second',
    change: {
      network: {
        kind: 'attached',
        attachments: [
          { network: 'front', aliases: [] },
          { network: 'back', aliases: ['behind'] },
        ],
      },
    },
    notApplicable: ['net.ports-exact'],
  },
];

describeRequiring(['userns', 'overlay', 'net'], 'networks', () => {
  const bench = openIsolationBench();

  test.each(containers)('$name passes', async ({ change, notApplicable }) => {
    const verdicts = await bench.examine({ change, checks });
    expect(notPassed(verdicts)).toEqual({});
    const without = [...verdicts].flatMap(([id, { result }]) => (result === 'n/a' ? [id] : []));
    expect(without.sort()).toEqual([...notApplicable].sort());
  });

  test('two scenarios at once, with the same subnets and names, pass', async () => {
    const both = await Promise.all([bench.examine({ checks }), bench.examine({ checks })]);
    expect(both.map(notPassed)).toEqual([{}, {}]);
  });

  test('a sibling that runs and cannot be entered: nothing is shown', async () => {
    const { probe } = LinuxContainer.prototype;
    const around = (): (() => void) => {
      LinuxContainer.prototype.probe = function (rights, signal) {
        return this.name === 'two'
          ? Promise.reject(new MayflyError('PROBE_LOST', 'it does not let anybody in'))
          : probe.call(this, rights, signal);
      };
      return () => {
        LinuxContainer.prototype.probe = probe;
      };
    };
    const verdicts = await bench.examine({ checks, sabotage: { name: 'closed', around, breaks: {} } });
    expect([...verdicts.values()].map(({ result }) => result)).toEqual(checks.map(() => 'inconclusive'));
  });

  testSabotages(bench, sabotagesOfNetworks);
});
