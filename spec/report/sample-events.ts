import type { MayflyEvent, Problem } from '../../src/core/event.ts';

/** Builders: an event with everything a test does not care about filled in. */
type EventOf<K extends MayflyEvent['kind']> = Extract<MayflyEvent, { readonly kind: K }>;
type Details<K extends MayflyEvent['kind']> = Partial<Omit<EventOf<K>, 'kind'>>;

export function runStarted(details: Details<'runStarted'> = {}): MayflyEvent {
  return {
    kind: 'runStarted',
    atMs: 0,
    version: 1,
    mayflyVersion: '0.1.0',
    runId: 'k3x9a1',
    seed: 42,
    startedAt: '2025-11-24T13:00:00.000Z',
    host: { platform: 'linux', kernel: '6.18.0', user: 'root', node: '20.19.0' },
    ...details,
  };
}

export function runFinished(details: Details<'runFinished'> = {}): MayflyEvent {
  return { kind: 'runFinished', atMs: 9000, exitStatus: 0, ...details };
}

export function planned(scenario: string, details: Details<'scenarioPlanned'> = {}): MayflyEvent {
  const name = scenario.replace(/^.*\//, '').replace(/\.yaml.*$/, '');
  return {
    kind: 'scenarioPlanned',
    atMs: 1,
    scenario,
    name,
    description: '',
    file: `scenarios/${name}.yaml`,
    tags: [],
    matrix: {},
    services: 1,
    steps: 1,
    ...details,
  };
}

export function started(scenario: string, details: Details<'scenarioStarted'> = {}): MayflyEvent {
  return { kind: 'scenarioStarted', atMs: 2, scenario, attempt: 1, ...details };
}

export function finished(scenario: string, details: Details<'scenarioFinished'> = {}): MayflyEvent {
  return {
    kind: 'scenarioFinished',
    atMs: 200,
    scenario,
    attempt: 1,
    outcome: 'passed',
    final: true,
    durationMs: 198,
    problems: [],
    ...details,
  };
}

export function imageProgress(scenario: string, details: Details<'imageProgress'> = {}): MayflyEvent {
  return { kind: 'imageProgress', atMs: 3, scenario, image: 'tools', line: 'copying node', ...details };
}

export function imagePrepared(scenario: string, details: Details<'imagePrepared'> = {}): MayflyEvent {
  return {
    kind: 'imagePrepared',
    atMs: 20,
    scenario,
    image: 'tools',
    id: `sha256:${'0'.repeat(64)}`,
    sizeBytes: 12_300_000,
    durationMs: 17,
    ...details,
  };
}

export function containerStarted(
  scenario: string,
  container: string,
  details: Details<'containerStarted'> = {},
): MayflyEvent {
  return {
    kind: 'containerStarted',
    atMs: 30,
    scenario,
    container,
    id: 'c'.repeat(64),
    image: 'tools',
    networks: [{ network: 'default', ipv4: '10.90.0.2' }],
    ports: [{ hostAddress: '127.0.0.1', hostPort: 40_001, containerPort: 8080, protocol: 'tcp' }],
    durationMs: 4.25,
    ...details,
  };
}

export function containerReady(
  scenario: string,
  container: string,
  details: Details<'containerReady'> = {},
): MayflyEvent {
  return { kind: 'containerReady', atMs: 45, scenario, container, durationMs: 15, ...details };
}

export function containerEnded(
  scenario: string,
  container: string,
  details: Details<'containerEnded'> = {},
): MayflyEvent {
  return {
    kind: 'containerEnded',
    atMs: 150,
    scenario,
    container,
    code: 143,
    signal: 'SIGTERM',
    oomKilled: false,
    expected: true,
    ...details,
  };
}

export function logWritten(
  scenario: string,
  container: string,
  line: string,
  details: Details<'logWritten'> = {},
): MayflyEvent {
  return { kind: 'logWritten', atMs: 40, scenario, container, stream: 'stdout', line, ...details };
}

export function stepStarted(scenario: string, details: Details<'stepStarted'> = {}): MayflyEvent {
  return {
    kind: 'stepStarted',
    atMs: 50,
    scenario,
    attempt: 1,
    step: '/steps/0',
    name: 'it says hello',
    stepKind: 'run',
    at: { file: 'scenarios/shop.yaml', line: 12, column: 5 },
    ...details,
  };
}

export function stepFinished(scenario: string, details: Details<'stepFinished'> = {}): MayflyEvent {
  return {
    kind: 'stepFinished',
    atMs: 62,
    scenario,
    attempt: 1,
    step: '/steps/0',
    name: 'it says hello',
    stepKind: 'run',
    outcome: 'passed',
    durationMs: 12,
    tries: 1,
    facts: { exit: 0, stdout: 'hello\n', stderr: '' },
    problems: [],
    ...details,
  };
}

export function faultBegan(scenario: string, details: Details<'faultBegan'> = {}): MayflyEvent {
  return {
    kind: 'faultBegan',
    atMs: 120,
    scenario,
    attempt: 1,
    step: '/steps/0',
    fault: 'partition',
    name: 'web loses its database',
    ...details,
  };
}

export function faultEnded(scenario: string, details: Details<'faultEnded'> = {}): MayflyEvent {
  return {
    kind: 'faultEnded',
    atMs: 150,
    scenario,
    attempt: 1,
    step: '/steps/0',
    fault: 'partition',
    name: 'web loses its database',
    lastedMs: 30,
    undone: true,
    ...details,
  };
}

export function leakFound(scenario: string, details: Details<'leakFound'> = {}): MayflyEvent {
  return {
    kind: 'leakFound',
    atMs: 180,
    scenario,
    leak: { kind: 'cgroup', what: '/sys/fs/cgroup/mayfly-k3x9a1' },
    ...details,
  };
}

export function censusTaken(scenario: string, details: Details<'censusTaken'> = {}): MayflyEvent {
  return { kind: 'censusTaken', atMs: 190, scenario, left: 0, durationMs: 6, ...details };
}

export function snapshotsWritten(details: Details<'snapshotsWritten'> = {}): MayflyEvent {
  return {
    kind: 'snapshotsWritten',
    atMs: 195,
    path: 'scenarios/__snapshots__/shop.snap.yaml',
    added: 2,
    updated: 1,
    removed: 0,
    ...details,
  };
}

export function warningRaised(details: Details<'warningRaised'> = {}): MayflyEvent {
  return {
    kind: 'warningRaised',
    atMs: 1,
    code: 'SCENARIO_UNUSED',
    message: 'the volume `cache` is declared but never used',
    ...details,
  };
}

export function problem(details: Partial<Problem> = {}): Problem {
  return {
    code: 'EXPECTATION_FAILED',
    message: 'stdout does not equal what was expected',
    hint: 'compare expected and actual',
    at: { file: 'scenarios/shop.yaml', line: 41, column: 15 },
    sourceLine: '    expect: { stdout: "1" }',
    subject: 'stdout',
    expected: '"1"',
    actual: '"0"',
    ...details,
  };
}
