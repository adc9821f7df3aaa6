import { expect, test } from 'vitest';
import { isolationChecks } from '../../../src/scenario/isolation/check-table.ts';
import { describeAsRoot } from '../../requires.ts';
import { notPassed, openIsolationBench, testSabotages } from './isolation-kit.ts';
import { sabotages as sabotagesOfRights, unbreakable } from './sabotages.ts';
import { sabotagesOfFiles } from './sabotages-of-files.ts';
import { sabotagesOfLimits } from './sabotages-of-limits.ts';
import { sabotagesOfNamespaces } from './sabotages-of-namespaces.ts';
import { sabotagesOfNetworks } from './sabotages-of-networks.ts';

const sabotages = [...sabotagesOfRights, ...sabotagesOfNamespaces, ...sabotagesOfFiles];

describeAsRoot(['userns', 'overlay', 'net'], 'isolation', () => {
  const bench = openIsolationBench();

  test('a default container passes', async () => {
    expect(notPassed(await bench.examine())).toEqual({});
  });

  test('a probe that is another program, which exits 0 at once, shows nothing', async () => {
    const verdicts = await bench.examine({
      sabotage: {
        name: 'no probe',
        tape: (op) =>
          op.kind === 'execSlot' && op.argv[0] === 'mayfly-probe'
            ? [{ kind: 'exec', path: 'true', argv: ['true'], env: ['PATH=/usr/bin:/bin'] }]
            : [op],
        breaks: {},
      },
    });
    expect(verdicts.size).toBe(isolationChecks.length);
    expect([...verdicts.values()].filter(({ result }) => result !== 'inconclusive')).toEqual([]);
  });

  test('every check has a sabotage that breaks it, or a reason why there is none', () => {
    const broken = new Set(
      [...sabotages, ...sabotagesOfLimits, ...sabotagesOfNetworks].flatMap(({ breaks }) =>
        Object.keys(breaks),
      ),
    );
    const unbroken = isolationChecks.map(({ id }) => id).filter((id) => !broken.has(id));
    expect(unbroken.sort()).toEqual(Object.keys(unbreakable).sort());
  });

  testSabotages(bench, sabotages);
});
