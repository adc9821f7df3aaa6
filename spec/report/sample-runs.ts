import type { MayflyEvent } from '../../src/core/event.ts';
import {
  censusTaken,
  containerEnded,
  containerReady,
  containerStarted,
  faultBegan,
  faultEnded,
  finished,
  imagePrepared,
  imageProgress,
  leakFound,
  logWritten,
  planned,
  problem,
  runFinished,
  runStarted,
  snapshotsWritten,
  started,
  stepFinished,
  stepStarted,
  warningRaised,
} from './sample-events.ts';

const hello = 'scenarios/hello-world.yaml';
const shop = 'scenarios/shop.yaml[db=postgres,size=2]';
const shaky = 'scenarios/shaky.yaml';
const sealed = 'scenarios/sealed-network.yaml';
const limits = 'scenarios/limits.yaml';
const broken = 'scenarios/broken.yaml';

/** One scenario that passes: what `mayfly test scenarios/hello-world.yaml` records. */
export const passingRun: readonly MayflyEvent[] = [
  runStarted(),
  planned(hello, { name: 'hello world', description: 'the greeting', services: 0 }),
  ...passing(hello),
  runFinished({ atMs: 210 }),
];

/** A run in which everything happens that can: each outcome, a retry, a nested step, every kind of event. */
export const eventfulRun: readonly MayflyEvent[] = [
  runStarted(),
  planned(hello, { name: 'hello world', services: 0 }),
  planned(shop, {
    name: 'shop',
    tags: ['network', 'slow'],
    matrix: { db: 'postgres', size: 2 },
    services: 3,
    steps: 5,
  }),
  planned(shaky, { name: 'a scenario that needs a second attempt', steps: 1 }),
  planned(sealed, { name: 'sealed network', steps: 4 }),
  planned(limits, { name: 'limits', steps: 1 }),
  planned(broken, { name: 'broken', steps: 2 }),
  warningRaised({
    scenario: shop,
    at: { file: 'scenarios/shop.yaml', line: 20, column: 3 },
  }),
  ...passing(hello),
  ...failing(),
  ...retried(),
  finished(sealed, {
    outcome: 'skipped',
    reason: 'the host lacks `egress`: pasta is not installed',
    durationMs: 0,
  }),
  ...leaking(),
  ...erroring(),
  snapshotsWritten({ atMs: 9200 }),
  runFinished({ atMs: 9210, exitStatus: 5 }),
];

/** The runner was interrupted, and killed before it could say more. */
export const unfinishedRun: readonly MayflyEvent[] = [
  runStarted(),
  planned(hello, { name: 'hello world', steps: 2 }),
  started(hello),
  containerStarted(hello, 'web'),
  stepStarted(hello, { name: 'the step that hangs' }),
];

function passing(id: string): readonly MayflyEvent[] {
  return [
    started(id),
    imageProgress(id),
    imagePrepared(id),
    stepStarted(id),
    stepFinished(id),
    censusTaken(id),
    finished(id),
  ];
}

function failing(): readonly MayflyEvent[] {
  const failed = problem({
    diff: [' id | name', '-1  | apple', '+0  | apple', ' 2  | pear'],
    expected: 'id | name\n1  | apple\n2  | pear',
    actual: 'id | name\n0  | apple\n2  | pear',
    logs: {
      db: ['LOG:  database system is ready to accept connections', 'LOG:  \x1b]0;pwned\x07checkpoint'],
      web: [],
      'db (ps)': ['1 postgres postgres -D /data'],
    },
  });
  return [
    started(shop, { atMs: 300 }),
    containerStarted(shop, 'db', { atMs: 310, image: 'db' }),
    ...Array.from({ length: 30 }, (_, index) =>
      logWritten(shop, 'db', `LOG:  line ${index}`, { atMs: 320 + index }),
    ),
    containerReady(shop, 'db', { atMs: 360 }),
    containerStarted(shop, 'web', { atMs: 361 }),
    containerReady(shop, 'web', { atMs: 380 }),
    containerStarted(shop, 'cache', { atMs: 361 }),
    containerEnded(shop, 'cache', {
      atMs: 390,
      code: 137,
      signal: 'SIGKILL',
      oomKilled: true,
      expected: false,
    }),
    stepStarted(shop, {
      atMs: 400,
      name: "web answers from the client's place",
      stepKind: 'http',
      in: 'client',
    }),
    stepFinished(shop, { atMs: 412, name: "web answers from the client's place", stepKind: 'http' }),
    stepStarted(shop, { atMs: 413, step: '/steps/1', name: 'the row is there', in: 'db' }),
    stepFinished(shop, {
      atMs: 500,
      step: '/steps/1',
      name: 'the row is there',
      outcome: 'failed',
      tries: 4,
      durationMs: 87,
      problems: [failed, problem({ message: 'exit is 1', subject: 'exit', expected: '0', actual: '1' })],
    }),
    stepFinished(shop, {
      atMs: 501,
      step: '/steps/2',
      name: 'only on Tuesdays',
      outcome: 'skipped',
      reason: 'its `if` is false',
      durationMs: 0,
      tries: 0,
    }),
    stepStarted(shop, {
      atMs: 502,
      step: '/steps/3',
      name: 'web says so when its database is cut off',
      stepKind: 'fault',
    }),
    faultBegan(shop, { atMs: 503, step: '/steps/3' }),
    stepStarted(shop, { atMs: 503, step: '/steps/3/during/0', name: 'http', stepKind: 'http', in: 'client' }),
    stepFinished(shop, {
      atMs: 504,
      step: '/steps/3/during/0',
      name: 'http',
      stepKind: 'http',
      durationMs: 1,
    }),
    faultEnded(shop, { atMs: 505, step: '/steps/3', lastedMs: 2 }),
    stepFinished(shop, {
      atMs: 505,
      step: '/steps/3',
      name: 'web says so when its database is cut off',
      stepKind: 'fault',
      durationMs: 3,
    }),
    stepStarted(shop, { atMs: 506, step: '/finally/0', name: 'dump.sql is kept', in: 'db' }),
    stepFinished(shop, { atMs: 520, step: '/finally/0', name: 'dump.sql is kept', durationMs: 14 }),
    censusTaken(shop, { atMs: 540 }),
    finished(shop, { atMs: 545, outcome: 'failed', durationMs: 245, problems: [failed] }),
  ];
}

function retried(): readonly MayflyEvent[] {
  return [
    started(shaky, { atMs: 600 }),
    stepStarted(shaky, { atMs: 610 }),
    stepFinished(shaky, { atMs: 640, outcome: 'failed', problems: [problem({ actual: '"½"' })] }),
    censusTaken(shaky, { atMs: 650 }),
    finished(shaky, { atMs: 655, outcome: 'failed', final: false, durationMs: 55 }),
    started(shaky, { atMs: 660, attempt: 2 }),
    stepStarted(shaky, { atMs: 670, attempt: 2 }),
    stepFinished(shaky, { atMs: 680, attempt: 2 }),
    censusTaken(shaky, { atMs: 690 }),
    finished(shaky, { atMs: 695, attempt: 2, outcome: 'flaky', durationMs: 35 }),
  ];
}

function leaking(): readonly MayflyEvent[] {
  return [
    started(limits, { atMs: 700 }),
    stepStarted(limits, { atMs: 710 }),
    stepFinished(limits, { atMs: 720 }),
    faultBegan(limits, { atMs: 702 }),
    faultEnded(limits, { atMs: 725, lastedMs: 23 }),
    leakFound(limits, { atMs: 730 }),
    leakFound(limits, { atMs: 731, leak: { kind: 'mount', what: '/run/mayfly/k3x9a1/upper' } }),
    censusTaken(limits, { atMs: 735, left: 2 }),
    finished(limits, { atMs: 740, outcome: 'leaked', durationMs: 8040 }),
  ];
}

function erroring(): readonly MayflyEvent[] {
  const notFound = problem({
    code: 'PROGRAM_NOT_FOUND',
    message: 'service `web`: the program `nod` is not in the image `tools`',
    hint: 'check `command`, or add the program to the image',
    at: { file: 'scenarios/broken.yaml', line: 9, column: 14 },
    sourceLine: '    command: [nod, server.js]',
  });
  const { subject: _subject, expected: _expected, actual: _actual, ...error } = notFound;
  return [
    started(broken, { atMs: 750 }),
    containerStarted(broken, 'db', { atMs: 760 }),
    logWritten(broken, 'db', 'starting \x1b[31mred\x1b[0m 日本語 \u202eevil', {
      atMs: 770,
      stream: 'stderr',
    }),
    censusTaken(broken, { atMs: 780 }),
    finished(broken, {
      atMs: 785,
      outcome: 'errored',
      durationMs: 35,
      reason: 'a service could not be started',
      problems: [error],
    }),
  ];
}
