import type { Leak } from '../core/engine.ts';
import type { ContainerStarted, Problem, RunStarted } from '../core/event.ts';
import type { Shard } from '../core/plan.ts';
import type { SourceLocation } from '../core/source-location.ts';
import { stepKinds } from '../core/step-kind.ts';
import { count, list, named, number, object, oneOf, optional, record, type Shape, text } from './shape.ts';

/** The parts that events and the JSON report have in common. */
export const location: Shape<SourceLocation> = named(
  'location',
  object<SourceLocation>(
    { file: text, line: count, column: count },
    'A place in a scenario file, counted from 1.',
  ),
);

export const stepKind = oneOf(...stepKinds, 'case');
export const outcome = oneOf('passed', 'failed', 'errored', 'flaky', 'skipped', 'leaked');
export const stream = oneOf('stdout', 'stderr');

export const host: Shape<RunStarted['host']> = object<RunStarted['host']>({
  platform: text,
  kernel: text,
  user: text,
  node: text,
});

export const shard: Shape<Shard> = object<Shard>({ index: count, total: count, of: count });

export const problem: Shape<Problem> = named(
  'problem',
  object<Problem>(
    {
      code: text,
      message: text,
      hint: optional(text),
      at: optional(location),
      sourceLine: optional(text),
      subject: optional(text),
      expected: optional(text),
      actual: optional(text),
      diff: optional(list(text)),
      logs: optional(record(list(text))),
    },
    'One thing that is wrong: an expectation that did not hold, a service that died, an error.',
  ),
);

export const leak: Shape<Leak> = named(
  'leak',
  object<Leak>(
    {
      kind: oneOf('process', 'mount', 'namespace', 'link', 'cgroup', 'file', 'device', 'socket', 'port'),
      what: text,
    },
    'Something of the run that still existed after teardown.',
  ),
);

type Networks = ContainerStarted['networks'];
type Ports = ContainerStarted['ports'];

export const networks: Shape<Networks> = list(
  object<Networks[number]>({ network: text, ipv4: optional(text), ipv6: optional(text) }),
);
export const ports: Shape<Ports> = list(
  object<Ports[number]>({ hostAddress: text, hostPort: count, containerPort: count, protocol: text }),
);

/** Milliseconds; fractions are kept. */
export const milliseconds: Shape<number> = number;
