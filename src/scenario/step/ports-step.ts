import type { ListeningSocket } from '../../core/engine.ts';
import { checksOf, livingContainer, snapshotsOfCheck } from './checks.ts';
import { compileExpectations, type Expectation, type Finding, judge } from './expectations.ts';
import { defineStep } from './step-definition.ts';

interface PortCheck {
  readonly port: number;
  readonly protocol: string;
  readonly listening: boolean;
  readonly address: readonly Expectation[];
}

/** `ports`: who listens in a service's network namespace, as the kernel tells it: no program of the image is asked. */
export const portsStep = defineStep<readonly PortCheck[]>({
  kind: 'ports',
  normalize: (value, step, world) =>
    Promise.all(
      checksOf(value, 'ports').map(async ({ port, proto = 'tcp', listening, address }) => ({
        port: Number(port),
        protocol: String(proto),
        listening: listening !== false,
        address: await compileExpectations(
          address === undefined ? {} : { address },
          { factUnits: {}, factsByName: [] },
          snapshotsOfCheck(step, `${String(port)}/${String(proto)}`, world),
        ),
      })),
    ),
  async perform(checks, step, world) {
    const sockets = await livingContainer(step, world).listening();
    return {
      facts: { ports: sockets.map(({ port, protocol, address }) => ({ port, proto: protocol, address })) },
      findings: checks.flatMap((check) => look(check, sockets)),
    };
  },
});

function look(check: PortCheck, all: readonly ListeningSocket[]): readonly Finding[] {
  const { port, protocol, listening, address } = check;
  const subject = `${port}/${protocol}`;
  const sockets = all.filter((socket) => socket.port === port && socket.protocol === protocol);
  if (!listening) {
    const matching = sockets.filter((socket) => judge(address, { address: socket.address }).length === 0);
    const where = matching.map((socket) => socket.address).join(', ');
    if (matching.length === 0) return [];
    const expected = 'nobody listens';
    return [{ subject, path: '', message: 'is listened to', expected, actual: `listens on ${where}` }];
  }
  if (sockets.length === 0) {
    const message = 'is not listened to';
    return [{ subject, path: '', message, expected: 'somebody listens', actual: describeAll(all) }];
  }
  return sockets.flatMap((socket) =>
    judge(address, { address: socket.address }).map((finding) => ({
      ...finding,
      subject: `${subject} ${finding.subject}`,
    })),
  );
}

function describeAll(sockets: readonly ListeningSocket[]): string {
  if (sockets.length === 0) return 'nobody listens on any port';
  const all = sockets.map(({ port, protocol, address }) => `${port}/${protocol} on ${address}`);
  return `nobody listens there, but on ${all.join(', ')}`;
}
