import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import type { ContainerSpec, NetworkSpec } from '../../../src/core/container.ts';
import { defaultContainer } from '../../../src/core/container-defaults.ts';
import type { Sandbox } from '../../../src/core/engine.ts';
import type { Image } from '../../../src/core/image.ts';
import { LauncherClient } from '../../../src/engine/linux/client/launcher-client.ts';
import type { Op, Tape } from '../../../src/engine/linux/tape/op.ts';
import type { IsolationCheck, Verdict } from '../../../src/scenario/isolation/check.ts';
import { isolationChecks } from '../../../src/scenario/isolation/check-table.ts';
import { type Examined, examine } from '../../../src/scenario/isolation/examine.ts';
import { twinSpec } from '../../../src/scenario/run/twin.ts';
import { containerSpec } from '../../engine/contract/container-spec.ts';
import { contractPrograms, never, teardownBudgetMs } from '../../engine/contract/contract-kit.ts';
import { linuxEngineFor } from '../../engine/linux/linux-kit.ts';

/** A way in which a property is broken. Nothing of it is told to the checks: they know the specification that was declared. */
export interface Sabotage {
  readonly name: string;
  /** Operation by operation of every tape, those within `clone` too: what is performed in its place. */
  readonly tape?: (op: Op) => readonly Op[];
  /** Alters the engine otherwise; what it returns undoes it. */
  readonly around?: () => () => void;
  /** What is declared beside the usual, so that there is something to break. */
  readonly declares?: (usual: ContainerSpec) => ContainerSpec;
  /** What the engine is given instead of what was declared. */
  readonly spec?: (declared: ContainerSpec) => ContainerSpec;
  /** Another scenario runs meanwhile. */
  readonly beside?: true;
  /** Exactly the checks that do not pass then, each with its reason. */
  readonly breaks: Readonly<Record<string, string>>;
}

const { maskedPaths, readonlyPaths, process } = defaultContainer('any');

/** With subnets of their own, so that a sabotage knows where things are. */
const networks: readonly NetworkSpec[] = [
  { name: 'front', subnet4: '10.91.7.0/24', subnet6: 'fd91:7::/64', egress: false },
  { name: 'back', subnet4: '10.92.7.0/24', subnet6: 'fd92:7::/64', egress: false },
];

/** Two services with a network in common, and one on another, sealed as every service of a scenario is. */
const services = { one: 'front', two: 'front', other: 'back' } as const;

/** As declared. */
function declared(
  image: Image,
  name: keyof typeof services,
  change: Partial<ContainerSpec> = {},
): ContainerSpec {
  const plain = containerSpec(image, name, ['sleep', '1000']);
  return {
    ...plain,
    maskedPaths,
    readonlyPaths,
    process: { ...plain.process, ...process, stdin: false },
    network: { kind: 'attached', attachments: [{ network: services[name], aliases: [`${name}-alias`] }] },
    ...change,
  };
}

export interface IsolationBench {
  /** Verdicts on service `one`, beside the others, by check. */
  examine(options?: {
    readonly sabotage?: Sabotage;
    readonly change?: Partial<ContainerSpec>;
    readonly checks?: readonly IsolationCheck[];
  }): Promise<ReadonlyMap<string, Verdict>>;
}

export function openIsolationBench(): IsolationBench {
  const directory = mkdtempSync(join(tmpdir(), 'mayfly-isolation-'));
  afterAll(() => rm(directory, { recursive: true, force: true }));
  const kit = linuxEngineFor(directory);
  const image = kit.then(({ prepareImage }) =>
    prepareImage('isolation', { kind: 'host', programs: contractPrograms, files: [] }),
  );
  image.catch(() => {}); // reported by the tests that await it
  return {
    async examine({ sabotage, change, checks = isolationChecks } = {}) {
      const { engine } = await kit;
      const restore = alterTapes(sabotage?.tape);
      const undo = sabotage?.around?.();
      try {
        const open = (): Promise<Sandbox> =>
          engine.openSandbox(
            { runId: newRunId(), networks, volumes: [{ name: 'data' }], upper: 'auto' },
            never,
          );
        const sandbox = await open();
        const beside = sabotage?.beside === true ? await open() : undefined;
        try {
          await beside?.startContainer(declared(await image, 'one'), never);
          const started: Examined[] = [];
          const declares = sabotage?.declares ?? ((usual) => usual);
          for (const name of ['one', 'two', 'other'] as const)
            started.push(await start(sandbox, declares(declared(await image, name, change)), sabotage));
          const [examination] = await examine(
            started.slice(0, 1),
            started,
            checks,
            systemClock(() => performance.now()),
            never,
            networks,
          );
          return examination?.verdicts ?? new Map();
        } finally {
          await beside?.close(teardownBudgetMs);
          await sandbox.close(teardownBudgetMs);
        }
      } finally {
        restore();
        undo?.();
      }
    },
  };
}

const newRunId = (): string => `i${randomUUID().replaceAll('-', '').slice(0, 11)}`;

async function start(
  sandbox: Sandbox,
  spec: ContainerSpec,
  sabotage: Sabotage | undefined,
): Promise<Examined> {
  const given = sabotage?.spec ?? ((same) => same);
  const container = await sandbox.startContainer(given(spec), never);
  let twins = 0;
  return {
    name: spec.name,
    spec,
    container,
    openTwin: async () => {
      twins += 1;
      const twin = await sandbox.startContainer(given(twinSpec(spec, `${spec.name}-twin-${twins}`)), never);
      return { container: twin, [Symbol.asyncDispose]: () => twin.remove() };
    },
  };
}

function alterTapes(alter: Sabotage['tape']): () => void {
  if (alter === undefined) return () => {};
  const { perform } = LauncherClient.prototype;
  const altered = (tape: Tape): Tape =>
    tape.flatMap((op) => alter(op.kind === 'clone' ? { ...op, tape: altered(op.tape) } : op));
  LauncherClient.prototype.perform = function (tape) {
    return perform.call(this, altered(tape));
  };
  return () => {
    LauncherClient.prototype.perform = perform;
  };
}

/** Checks that neither passed nor had nothing to look at, with what they said. */
export function notPassed(verdicts: ReadonlyMap<string, Verdict>): Readonly<Record<string, string>> {
  const fine: readonly Verdict['result'][] = ['pass', 'n/a'];
  return Object.fromEntries(
    [...verdicts]
      .filter(([, { result }]) => !fine.includes(result))
      .map(([id, { result, evidence }]) => [id, `${result}: ${evidence.join(' | ')}`]),
  );
}

/** With each, exactly the declared checks do not pass. */
export function testSabotages(bench: IsolationBench, sabotages: readonly Sabotage[]): void {
  for (const sabotage of sabotages) {
    test(`sabotage: ${sabotage.name}`, async () => {
      const broken = notPassed(await bench.examine({ sabotage }));
      expect(Object.keys(broken).sort(), JSON.stringify(broken, null, 1)).toEqual(
        Object.keys(sabotage.breaks).sort(),
      );
    });
  }
}
