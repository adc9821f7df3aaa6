import { expect, test } from 'vitest';
import type { ContainerSpec, ProcessSpec } from '../../../src/core/container.ts';
import { isolationChecks } from '../../../src/scenario/isolation/check-table.ts';
import { processSpec } from '../../engine/contract/container-spec.ts';
import { describeRequiring } from '../../requires.ts';
import { notPassed, openIsolationBench } from './isolation-kit.ts';

const checks = isolationChecks.filter(({ id }) => /^(fs|dev)\./.test(id));

const process = (change: Partial<ProcessSpec>): Partial<ContainerSpec> => ({
  process: processSpec(['sleep', '1000'], change),
});

const containers: readonly { readonly name: string; readonly change: Partial<ContainerSpec> }[] = [
  { name: 'a default one', change: {} },
  {
    name: 'one with a volume, a tmpfs and a config',
    change: {
      mounts: [
        { kind: 'volume', volume: 'data', target: '/data', readOnly: false, copyImageContent: false },
        { kind: 'tmpfs', target: '/scratch', readOnly: false },
        { kind: 'file', target: '/run/config', content: 'x', mode: 0o444, uid: 0, gid: 0 },
      ],
    },
  },
  {
    name: 'one with mounts where others are already',
    change: {
      mounts: [
        { kind: 'tmpfs', target: '/dev/shm', readOnly: false },
        { kind: 'file', target: '/etc/hosts', content: '', mode: 0o444, uid: 0, gid: 0 },
      ],
    },
  },
  { name: 'one with a device', change: { devices: ['/dev/zero:/dev/nothing'] } },
  { name: 'one of user 1000', change: process({ user: '1000' }) },
  { name: 'one without capabilities', change: process({ capabilities: [] }) },
  { name: 'one with a terminal', change: process({ tty: true }) },
  { name: 'one with an empty root', change: { rootfs: { layers: [], readOnly: false }, idle: true } },
  {
    name: 'one with an empty root that is read-only',
    change: { rootfs: { layers: [], readOnly: true }, idle: true },
  },
];

describeRequiring(['userns', 'overlay', 'net'], 'file systems and devices', () => {
  const bench = openIsolationBench();

  test.each(containers)('$name passes', async ({ change }) => {
    const verdicts = await bench.examine({ change, checks });
    expect(verdicts.size).toBe(checks.length);
    expect(notPassed(verdicts)).toEqual({});
    expect(verdicts.get('fs.read-only-root')?.result).toBe(change.rootfs?.readOnly === true ? 'pass' : 'n/a');
  });
});
