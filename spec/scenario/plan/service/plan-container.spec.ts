import { describe, expect, test } from 'vitest';
import { defaultCapabilities } from '../../../../src/core/container-defaults.ts';
import { containerOf } from '../scenario-builder.ts';

describe('what a service is when it says nothing', () => {
  const container = containerOf({});

  test('R13 name, hostname, init, times and sizes as Docker and Compose have them', () => {
    expect(container).toMatchObject({
      name: 'web',
      hostname: 'web',
      init: true,
      stopGraceMs: 10_000,
      shmBytes: 67_108_864,
      readOnlyRoot: false,
      limits: {},
      network: { kind: 'attached', attachments: [{ network: 'default', aliases: [] }] },
    });
  });

  test('NET_RAW is not among the capabilities, no new privileges are gained, no core is written', () => {
    expect(container.process.capabilities).not.toContain('NET_RAW');
    expect(new Set(container.process.capabilities)).toEqual(new Set(defaultCapabilities));
    expect(container.process).toMatchObject({
      noNewPrivileges: true,
      seccomp: { kind: 'default' },
      rlimits: [{ name: 'core', soft: 0, hard: 0 }],
    });
  });

  test('the paths of fs.masked-paths and fs.readonly-paths are kept from it', () => {
    expect(container.maskedPaths).toContain('/proc/kcore');
    expect(container.maskedPaths).toHaveLength(12);
    expect(container.readonlyPaths).toEqual([
      '/proc/bus',
      '/proc/fs',
      '/proc/irq',
      '/proc/sys',
      '/proc/sysrq-trigger',
    ]);
  });
});
