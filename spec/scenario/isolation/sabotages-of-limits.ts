import type { ContainerSpec, ResourceLimits } from '../../../src/core/container.ts';
import type { Sabotage } from './isolation-kit.ts';

/** Declared of every container of these: small enough to be run into, large enough for what the checks start. */
const declaredLimits: ResourceLimits = { memoryBytes: 48 * 2 ** 20, pids: 40, cpus: 0.2 };
const declaredDiskBytes = 4 * 2 ** 20;

export const limited = (usual: ContainerSpec): ContainerSpec => ({
  ...usual,
  limits: { ...declaredLimits, ...usual.limits },
  rootfs: { ...usual.rootfs, writableBytes: declaredDiskBytes },
});

const withLimits =
  (limits: ResourceLimits): NonNullable<Sabotage['spec']> =>
  (spec) => ({ ...spec, limits });

/** So far below what is given in its place that a busy machine does not hide it. */
const smallQuota = 0.05;
const { memoryBytes = 0, pids = 0, cpus = 0 } = declaredLimits;

export const sabotagesOfLimits: readonly Sabotage[] = [
  {
    name: 'no limit of memory',
    declares: limited,
    spec: withLimits({ pids, cpus }),
    breaks: { 'limit.memory': 'what is broken' },
  },
  {
    name: 'four times the memory',
    declares: limited,
    spec: withLimits({ pids, cpus, memoryBytes: memoryBytes * 4 }),
    breaks: { 'limit.memory': 'more can be had than was declared' },
  },
  {
    name: 'no limit of processes',
    declares: limited,
    spec: withLimits({ memoryBytes, cpus }),
    breaks: { 'limit.pids': 'what is broken' },
  },
  {
    name: 'one process more',
    declares: limited,
    spec: withLimits({ memoryBytes, cpus, pids: pids + 1 }),
    breaks: { 'limit.pids': 'the limit is exact' },
  },
  {
    name: 'no quota of processor time',
    declares: limited,
    spec: withLimits({ memoryBytes, pids }),
    breaks: { 'limit.cpu': 'what is broken' },
  },
  {
    name: 'a larger quota of processor time',
    declares: (usual) => limited({ ...usual, limits: { cpus: smallQuota } }),
    spec: (declared) => ({ ...declared, limits: { ...declared.limits, cpus: cpus * 2 } }),
    breaks: { 'limit.cpu': 'more is used than was declared' },
  },
  {
    name: 'no limit of the writable layer',
    declares: limited,
    spec: ({ rootfs: { writableBytes: _, ...rootfs }, ...spec }) => ({ ...spec, rootfs }),
    breaks: { 'limit.disk': 'what is broken' },
  },
];
