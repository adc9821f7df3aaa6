import { expect, test } from 'vitest';
import type { Cell, CellVerdict, ConnectivityOutcome, Listener } from '../../../src/core/connectivity.ts';
import { classify } from '../../../src/scenario/connectivity/classify.ts';
import { judgeCell } from '../../../src/scenario/connectivity/judge.ts';
import { type Tried, unknownWay, wayOut } from '../../../src/scenario/connectivity/measured-cell.ts';

const cell = (protocol: Cell['protocol']): Cell => ({
  from: 'web',
  to: 'db',
  protocol,
  ...(protocol === 'icmp' ? {} : { port: 5432 }),
  family: 4,
});

const nothing: Tried = {
  address: '10.0.0.2',
  network: 'back',
  answered: false,
  arrived: false,
  wasSent: true,
};

interface Row {
  readonly name: string;
  readonly protocol?: Cell['protocol'];
  readonly tried: readonly Partial<Tried>[];
  readonly listener?: Listener;
  readonly outcome: ConnectivityOutcome;
}

const rows: readonly Row[] = [
  { name: 'TCP that is answered', tried: [{ answered: true, arrived: true }], outcome: 'open' },
  { name: 'TCP that arrives and stays without answer', tried: [{ arrived: true }], outcome: 'arrived' },
  { name: 'TCP that nobody hears of', tried: [{}], outcome: 'timed-out' },
  {
    name: 'TCP refused by a service that listens elsewhere',
    tried: [{ error: 'ECONNREFUSED', arrived: true }],
    listener: 'service',
    outcome: 'refused',
  },
  {
    name: 'TCP refused by the destination where nobody could listen',
    tried: [{ error: 'ECONNREFUSED', arrived: true }],
    listener: 'nobody',
    outcome: 'open',
  },
  {
    name: 'TCP refused by somebody on the way',
    tried: [{ error: 'ECONNREFUSED' }],
    listener: 'helper',
    outcome: 'reset',
  },
  { name: 'no route', tried: [{ error: 'ENETUNREACH', wasSent: false }], outcome: 'unreachable' },
  { name: 'nobody has the address', tried: [{ error: 'EHOSTUNREACH' }], outcome: 'unreachable' },
  { name: 'no room in the kernel’s tables', tried: [{ error: 'ENOBUFS' }], outcome: 'unmeasured' },
  { name: 'no sockets left', tried: [{ error: 'EMFILE' }], outcome: 'unmeasured' },
  {
    name: 'a socket that the helper may not have',
    tried: [{ error: 'the helper could not send: EACCES' }],
    outcome: 'unmeasured',
  },
  { name: 'a way that is not known', tried: [{ error: unknownWay, wasSent: false }], outcome: 'unmeasured' },
  { name: 'a way out', tried: [{ error: wayOut, wasSent: false }], outcome: 'unreachable' },
  { name: 'a datagram that arrives', protocol: 'udp', tried: [{ arrived: true }], outcome: 'open' },
  {
    name: 'a datagram that arrives where nobody wants it',
    protocol: 'udp',
    tried: [{ arrived: true, error: 'ECONNREFUSED' }],
    listener: 'helper',
    outcome: 'open',
  },
  { name: 'a datagram that is lost', protocol: 'udp', tried: [{}], outcome: 'timed-out' },
  { name: 'an echo', protocol: 'icmp', tried: [{ answered: true, arrived: true }], outcome: 'open' },
  {
    name: 'an echo that does not come back',
    protocol: 'icmp',
    tried: [{ arrived: true }],
    outcome: 'arrived',
  },
  {
    name: 'one of two addresses',
    tried: [
      { error: 'ENETUNREACH', wasSent: false },
      { answered: true, arrived: true },
    ],
    outcome: 'open',
  },
  {
    name: 'neither of two addresses, of which one shows nothing',
    tried: [{ error: 'ENETUNREACH', wasSent: false }, { error: 'ENOBUFS' }],
    outcome: 'unmeasured',
  },
  { name: 'no address at all', tried: [], outcome: 'unreachable' },
];

test.each(rows)('$name is $outcome', ({ protocol = 'tcp', tried, listener, outcome }) => {
  const all = tried.map((one) => ({ ...nothing, ...one }));
  const measured = classify(cell(protocol), all, listener, true);
  expect(measured.outcome, measured.evidence).toBe(outcome);
  expect(measured.evidence).toMatch(/10\.0\.0\.2|no IPv4 address/);
});

const verdicts: readonly (readonly [ConnectivityOutcome, CellVerdict, CellVerdict, CellVerdict])[] = [
  // outcome, allowed, denied and seen by a helper that works, denied and not
  ['open', 'pass', 'too-open', 'too-open'],
  ['arrived', 'too-closed', 'too-open', 'too-open'],
  ['refused', 'too-closed', 'too-open', 'too-open'],
  ['reset', 'too-closed', 'pass', 'inconclusive'],
  ['timed-out', 'too-closed', 'pass', 'inconclusive'],
  ['unreachable', 'too-closed', 'pass', 'inconclusive'],
  ['unmeasured', 'inconclusive', 'inconclusive', 'inconclusive'],
];

test.each(verdicts)('R24 %s: allowed %s, denied %s, denied without a control %s', (outcome, ...expected) => {
  const measured = { ...cell('tcp'), outcome, evidence: '', witnessed: true };
  expect([
    judgeCell('allow', measured),
    judgeCell('deny', measured),
    judgeCell('deny', { ...measured, witnessed: false }),
  ]).toEqual(expected);
});
