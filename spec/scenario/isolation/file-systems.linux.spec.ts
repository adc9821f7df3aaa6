import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import type { ContainerSpec } from '../../../src/core/container.ts';
import { LauncherClient } from '../../../src/engine/linux/client/launcher-client.ts';
import type { Op, Tape } from '../../../src/engine/linux/tape/op.ts';
import type { CheckResult, Subject, Verdict } from '../../../src/scenario/isolation/check.ts';
import { isolationChecks } from '../../../src/scenario/isolation/check-table.ts';
import { containerSpec, processSpec } from '../../engine/contract/container-spec.ts';
import {
  type ContractSubject,
  contractPrograms,
  inSandbox,
  never,
} from '../../engine/contract/contract-kit.ts';
import { linuxEngineFor } from '../../engine/linux/linux-kit.ts';
import { sealed } from '../../engine/linux/security/security-kit.ts';
import { describeRequiring } from '../../requires.ts';

const directory = mkdtempSync(join(tmpdir(), 'mayfly-walls-'));
const kit = linuxEngineFor(directory);
const subject: ContractSubject = {
  engine: async () => (await kit).engine,
  image: async () =>
    (await kit).prepareImage('contract', { kind: 'host', programs: contractPrograms, files: [] }),
};
afterAll(() => rm(directory, { recursive: true, force: true }));
afterEach(() => vi.restoreAllMocks());

const checks = isolationChecks.filter(({ id }) => /^(fs|dev)\./.test(id));

/** Every check of a container, made from tapes that `alter` has changed. */
async function examine(
  change: Partial<ContainerSpec>,
  alter?: (tape: Tape) => Tape,
): Promise<Map<string, Verdict>> {
  if (alter !== undefined) alterContainers(alter);
  const verdicts = new Map<string, Verdict>();
  await inSandbox(
    subject,
    async ({ start, image }) => {
      const argv = ['sleep', '1000'];
      const own = { ...sealed, ...change };
      const container = await start('one', argv, own);
      const witness = await container.witness();
      await using probe = await container.probe('itself', never);
      await using root = await container.probe('root', never);
      let twins = 0;
      const looked: Subject = {
        name: 'one',
        spec: containerSpec(image, 'one', argv, own),
        container,
        probe,
        root,
        witness,
        siblings: [],
        clock: { nowMs: () => performance.now(), sleep: async () => {} } as unknown as Subject['clock'],
        signal: never,
        openProbe: (rights) => container.probe(rights, never),
        openTwin: async () => {
          twins += 1;
          const twin = await start(`twin${twins}`, argv, own);
          return {
            container: twin,
            witness: await twin.witness(),
            probe: await twin.probe('itself', never),
            root: await twin.probe('root', never),
            [Symbol.asyncDispose]: () => twin.remove(),
          };
        },
      };
      for (const check of checks) verdicts.set(check.id, await check.look(looked));
    },
    { volumes: [{ name: 'data' }] },
  );
  return verdicts;
}

/** Those of containers alone: the sandbox's init has a root of its own too, but no terminals. */
function alterContainers(alter: (tape: Tape) => Tape): void {
  const original = LauncherClient.prototype.expectProcess;
  vi.spyOn(LauncherClient.prototype, 'expectProcess').mockImplementation(function (
    this: LauncherClient,
    makeTape,
  ) {
    return original.call(this, (id) => {
      const tape = makeTape(id);
      return tape.some((op) => op.kind === 'newMount' && op.fsType === 'devpts') ? alter(tape) : tape;
    });
  });
}

const faultsOf = (verdicts: Map<string, Verdict>): Record<string, readonly string[]> =>
  Object.fromEntries(
    [...verdicts]
      .filter(([, { result }]) => result !== 'pass' && result !== 'n/a')
      .map(([id, { result, evidence }]) => [id, [result, ...evidence]]),
  );

const without = (matches: (op: Op) => boolean) => (tape: Tape) => tape.filter((op) => !matches(op));

interface Places {
  readonly root: number;
  readonly sandbox: number;
  readonly dev: number;
  readonly proc: number;
  /** Used by nothing else. */
  readonly free: number;
}

/** Adds operations just before the root becomes `/`; what the slots are is read off the tape. */
const beforePivot =
  (make: (places: Places) => Tape) =>
  (tape: Tape): Tape => {
    const attached = (path: string) => {
      const found = tape.find((op) => op.kind === 'attachMount' && op.path === path);
      if (found?.kind !== 'attachMount') throw new Error(`the tape attaches nothing at ${path}`);
      return found;
    };
    const taken = tape.find((op) => op.kind === 'openTree' && op.path === 'dev/null');
    if (taken?.kind !== 'openTree') throw new Error('the tape takes no device');
    const at = tape.findIndex(({ kind }) => kind === 'pivotRoot');
    const dev = attached('dev');
    const places = {
      root: dev.dir,
      dev: dev.mount,
      proc: attached('proc').mount,
      sandbox: taken.dir,
      free: 65_000,
    };
    return [...tape.slice(0, at), ...make(places), ...tape.slice(at)];
  };

const copy = (dir: number, path: string, into: number): Op => ({
  kind: 'openTree',
  dir,
  path,
  flags: 0o2000001,
  into,
});

const nullOnto = (name: string) =>
  beforePivot(({ sandbox, dev, free }) => [
    { kind: 'mknod', dir: dev, path: name, mode: 0o100666, device: 0 },
    copy(sandbox, 'dev/null', free),
    { kind: 'attachMount', mount: free, dir: dev, path: name },
  ]);

const shared = 0x100000;

interface Sabotage {
  readonly name: string;
  readonly spec?: Partial<ContainerSpec>;
  readonly tape: (tape: Tape) => Tape;
  /** Exactly the checks that fail, each with the reason. */
  readonly breaks: Readonly<Record<string, string>>;
}

const sabotages: readonly Sabotage[] = [
  {
    name: 'nothing is masked',
    tape: without(({ kind }) => kind === 'maskPath'),
    breaks: {
      'fs.masked-paths': 'the property itself',
      'fs.mounts-exact': 'what covers them is missing from the table',
    },
  },
  {
    name: 'settings of the kernel are not covered read-only',
    tape: without(({ kind }) => kind === 'readonlyPath'),
    breaks: {
      'fs.readonly-paths': 'the property itself',
      'fs.mounts-exact': 'what covers them is missing from the table',
    },
  },
  {
    name: 'a read-only root stays writable',
    spec: { rootfs: { layers: [], readOnly: true } },
    tape: (tape) =>
      tape.filter((op, at) => !(op.kind === 'setMountAttributes' && tape[at + 1]?.kind === 'pivotRoot')),
    breaks: {
      'fs.read-only-root': 'the property itself',
      'fs.mount-flags': 'the root is not ro',
    },
  },
  {
    name: 'shared memory may hold programs',
    tape: (tape) =>
      tape.map((op) =>
        op.kind === 'newMount' && op.options.includes('mode=1777') ? { ...op, attributes: 0 } : op,
      ),
    breaks: { 'fs.mount-flags': 'the property itself' },
  },
  {
    name: 'a mount is in a peer group',
    tape: beforePivot(({ dev }) => [
      {
        kind: 'setMountAttributes',
        slot: dev,
        set: 0,
        clear: 0,
        propagation: shared,
        userns: 0xffff_ffff,
        recursive: 0,
      },
    ]),
    breaks: { 'fs.propagation-private': 'the property itself' },
  },
  {
    name: 'the store of the host is mounted inside',
    tape: beforePivot(({ sandbox, root, free }) => [
      { kind: 'mkdir', dir: root, path: 'mnt', mode: 0o755, flags: 1 },
      copy(sandbox, 'store', free),
      { kind: 'attachMount', mount: free, dir: root, path: 'mnt' },
    ]),
    breaks: {
      'fs.no-host-paths': 'the property itself',
      'fs.mounts-exact': 'nobody declared that mount',
    },
  },
  {
    name: 'a handler of core dumps can be written',
    tape: beforePivot(({ sandbox, proc, free }) => [
      copy(sandbox, 'dev/null', free),
      { kind: 'attachMount', mount: free, dir: proc, path: 'sys/kernel/core_pattern' },
    ]),
    breaks: {
      'fs.kernel-knobs': 'the property itself',
      'fs.mounts-exact': 'nobody declared what is mounted there',
      'fs.no-host-paths': 'what is mounted there is a node of the host',
    },
  },
  {
    name: 'a block device can be opened',
    tape: nullOnto('sda'),
    breaks: {
      'dev.no-block': 'the property itself',
      'dev.exact': 'nobody declared the node',
      'fs.mounts-exact': 'nobody declared the mount that brings it',
      'fs.no-host-paths': 'it comes from the /dev of the host',
    },
  },
  {
    name: 'the memory of the machine can be opened',
    tape: nullOnto('mem'),
    breaks: {
      'dev.no-mem': 'the property itself',
      'dev.exact': 'nobody declared the node',
      'fs.mounts-exact': 'nobody declared the mount that brings it',
      'fs.no-host-paths': 'it comes from the /dev of the host',
    },
  },
];

const mounts: ContainerSpec['mounts'] = [
  { kind: 'volume', volume: 'data', target: '/data', readOnly: false, copyImageContent: false },
  { kind: 'tmpfs', target: '/scratch', readOnly: false },
  { kind: 'file', target: '/run/config', content: 'x', mode: 0o444, uid: 0, gid: 0 },
];

const containers: readonly { readonly name: string; readonly spec: Partial<ContainerSpec> }[] = [
  { name: 'a default one', spec: {} },
  { name: 'one with volumes, tmpfs and configs', spec: { mounts } },
  { name: 'one with a device of its own name', spec: { devices: ['/dev/zero:/dev/nothing'] } },
  { name: 'one of user 1000', spec: { process: processSpec(['sleep', '1000'], { user: '1000' }) } },
  { name: 'one with a terminal', spec: { process: processSpec(['sleep', '1000'], { tty: true }) } },
];

describeRequiring(['userns', 'overlay'], 'file systems and devices of a container', () => {
  test.each(containers)('pass: $name', async ({ spec }) => {
    expect(faultsOf(await examine(spec))).toEqual({});
  });

  test('pass: a read-only one, strictly', async () => {
    const { layers } = await subject.image();
    const verdicts = await examine({ rootfs: { layers, readOnly: true } });
    expect(faultsOf(verdicts)).toEqual({});
    expect(verdicts.get('fs.read-only-root')?.result).toBe<CheckResult>('pass');
  });

  test.each(sabotages)('sabotage: $name', async ({ spec = {}, tape, breaks }) => {
    const { layers } = await subject.image();
    const change = spec.rootfs === undefined ? spec : { ...spec, rootfs: { ...spec.rootfs, layers } };
    const faults = faultsOf(await examine(change, tape));
    expect(Object.keys(faults).sort(), JSON.stringify(faults)).toEqual(Object.keys(breaks).sort());
  });
});
