import { createServer, type RequestListener } from 'node:http';
import type { Clock } from '../../../src/core/clock.ts';
import { defaultContainer } from '../../../src/core/container-defaults.ts';
import type { MayflyEvent, Outcome, Problem } from '../../../src/core/event.ts';
import {
  emptyImageConfig,
  type Image,
  type ImageConfig,
  type ImageProvider,
} from '../../../src/core/image.ts';
import type { Json } from '../../../src/core/json.ts';
import type { ContainerTemplate, ScenarioPlan, ServicePlan } from '../../../src/core/plan.ts';
import type { Step } from '../../../src/core/scenario.ts';
import type { StepKind } from '../../../src/core/step-kind.ts';
import { FakeClock } from '../../../src/engine/fake/fake-clock.ts';
import { FakeEngine, type FakeEngineOptions } from '../../../src/engine/fake/fake-engine.ts';
import type { FakeProgram } from '../../../src/engine/fake/fake-program.ts';
import { treeOf } from '../../../src/engine/fake/fake-tree.ts';
import { extractCapture } from '../../../src/scenario/capture/extract-capture.ts';
import { compileMatcher } from '../../../src/scenario/matcher/compile-matcher.ts';
import type { RunContext, RunResult } from '../../../src/scenario/run/run-context.ts';
import { defaultRunLimits, type RunLimits } from '../../../src/scenario/run/run-limits.ts';
import { runScenarios } from '../../../src/scenario/run/run-scenarios.ts';

const file = 'shop.yaml';

// Matchers load their libraries when first met, in real time; the fake clock knows only its own.
const warm = await compileMatcher(
  [{ matches: 'a' }, { json: { path: '$.a', equals: 1 } }, { sha256: '0'.repeat(64) }],
  { subject: 'warm' },
);
warm('{"a": 1}');
await extractCapture({ from: 'stdout', json: '$.a' }, { stdout: '{"a": 1}' });

const layer = treeOf({
  '/etc/passwd': 'root:x:0:0:root:/root:/bin/sh\npostgres:x:70:70::/var/lib/postgresql:/bin/sh\n',
  '/etc/group': 'root:x:0:\npostgres:x:70:\n',
  '/etc/motd': 'hello\n',
});

export interface ServiceOptions extends Partial<Omit<ServicePlan, 'container' | 'name'>> {
  readonly command?: readonly string[];
  readonly networks?: readonly string[];
  readonly container?: Partial<ContainerTemplate>;
}

let line = 0;

/** A service that sleeps, on network `front`, unless told otherwise. */
export function service(name: string, options: ServiceOptions = {}): ServicePlan {
  const { command = ['sleep', 'infinity'], networks = ['front'], container = {}, ...rest } = options;
  line += 1;
  return {
    name,
    at: { file, line, column: 3 },
    image: 'tools',
    dependsOn: [],
    restart: 'no',
    container: {
      ...defaultContainer(name),
      command,
      network: { kind: 'attached', attachments: networks.map((network) => ({ network, aliases: [] })) },
      ...container,
    },
    ...rest,
  };
}

export type StepOptions = Partial<Omit<Step, 'kind' | 'value'>>;

export function step(kind: StepKind, value: Json, options: StepOptions = {}): Step {
  line += 1;
  return {
    kind,
    name: `${kind} ${line}`,
    at: { file, line, column: 5 },
    path: `/steps/${line}`,
    value,
    tty: false,
    timeoutMs: 30_000,
    background: false,
    capture: {},
    ...options,
  };
}

export function run(value: Json, options: StepOptions = {}): Step {
  return step('run', value, { in: 'box', ...options });
}

export function plan(options: Partial<ScenarioPlan> = {}): ScenarioPlan {
  return {
    id: file,
    name: 'shop',
    description: '',
    file,
    tags: [],
    matrix: {},
    vars: {},
    env: {},
    secrets: {},
    seed: 1,
    timeoutMs: 120_000,
    retries: 0,
    requires: [],
    images: [{ name: 'tools', source: { kind: 'host', programs: [], files: [] }, configOverrides: {} }],
    networks: ['front', 'back'].map((name) => ({ name, egress: false })),
    volumes: [],
    services: [service('box')],
    steps: [run('true')],
    finally: [],
    onFailure: [],
    warnings: [],
    sourceLine: (number) => `line ${number} of the file`,
    ...options,
  };
}

export interface RunOptions extends Omit<FakeEngineOptions, 'clock' | 'layers'> {
  readonly image?: Partial<ImageConfig>;
  readonly images?: ImageProvider;
  /** How long each image is made. */
  readonly imagesTakeMs?: number;
  readonly limits?: Partial<RunLimits>;
  readonly context?: Partial<RunContext>;
  /** Called with each event as it comes. */
  readonly onEvent?: (event: MayflyEvent, controller: AbortController) => void;
}

export interface Ran {
  readonly result: RunResult;
  readonly events: readonly MayflyEvent[];
  readonly engine: FakeEngine;
  readonly clock: Clock;
  /** Evidence and logs, by path. */
  readonly saved: ReadonlyMap<string, string>;
  of<K extends MayflyEvent['kind']>(kind: K): readonly Extract<MayflyEvent, { readonly kind: K }>[];
  readonly outcome: Outcome | undefined;
  readonly problems: readonly Problem[];
  /** Outcomes of the steps, by name where there are several. */
  readonly stepOutcomes: readonly string[];
}

/** Runs plans against the fake engine, in fake time. */
export async function runFake(
  plans: ScenarioPlan | readonly ScenarioPlan[],
  options: RunOptions = {},
): Promise<Ran> {
  const { image, images, imagesTakeMs = 0, limits, context, onEvent, ...engineOptions } = options;
  const clock = new FakeClock();
  const engine = new FakeEngine({ clock, layers: new Map([['base', layer]]), ...engineOptions });
  const events: MayflyEvent[] = [];
  const saved = new Map<string, string>();
  const controller = new AbortController();
  const scenarios = Array.isArray(plans) ? plans : [plans];
  const result = await runScenarios(
    { seed: 1, scenarios },
    {
      engine,
      images: images ?? imagesOf(image, imagesTakeMs, clock),
      emit: (event) => {
        events.push(event);
        onEvent?.(event, controller);
      },
      clock,
      signal: controller.signal,
      runId: 'run',
      about: {
        mayflyVersion: '0',
        startedAt: '1970-01-01T00:00:00Z',
        host: { platform: 'linux', kernel: '6', user: 'root', node: '20' },
      },
      jobs: 1,
      failFast: false,
      failOnFlaky: false,
      failOnSkipped: false,
      limits: { ...defaultRunLimits, ...limits },
      scenarioDirectory: () => '/nonexistent',
      allowedHostPaths: [],
      saveEvidence: async (path, bytes) => {
        saved.set(path, new TextDecoder().decode(bytes));
      },
      openLog: (path) => ({
        write: (text) => saved.set(path, (saved.get(path) ?? '') + text),
        end: () => {},
      }),
      ...context,
    },
  );
  const of: Ran['of'] = (kind) =>
    events.filter(
      (event): event is Extract<MayflyEvent, { readonly kind: typeof kind }> => event.kind === kind,
    );
  const finished = of('stepFinished');
  return {
    result,
    events,
    engine,
    clock,
    saved,
    of,
    outcome: result.scenarios[0]?.outcome,
    problems: [
      ...finished.flatMap(({ problems }) => problems),
      ...of('scenarioFinished').flatMap(({ problems }) => problems),
    ],
    stepOutcomes: finished.map(({ outcome }) => outcome),
  };
}

function imagesOf(config: Partial<ImageConfig> = {}, takeMs: number, clock: Clock): ImageProvider {
  return {
    async prepare({ name }, _onProgress, signal) {
      if (takeMs > 0) await clock.sleep(takeMs, signal);
      return imageOf(name, config);
    },
  };
}

export function imageOf(name: string, config: Partial<ImageConfig> = {}): Image {
  return {
    id: `sha256:${name}`,
    name,
    layers: [{ directory: 'base', diffId: 'sha256:base', sizeBytes: 10 }],
    config: { ...emptyImageConfig, ...config },
    platform: 'linux/amd64',
    createdAt: '1970-01-01T00:00:00Z',
    sizeBytes: 10,
  };
}

/** A program that serves HTTP on a port, after a while. */
export function httpServer(port: number, listener: RequestListener, afterMs = 0): FakeProgram {
  return async (machine) => {
    if (afterMs > 0) await machine.sleep(afterMs);
    const server = createServer({ keepAliveTimeout: 0 }, listener);
    machine.listen({ port }, (connection) => server.emit('connection', connection));
    await machine.write(`listening on ${port}\n`);
    await machine.sleep(Number.POSITIVE_INFINITY);
    return 0;
  };
}
