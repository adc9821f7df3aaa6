import { afterAll, expect, test } from 'vitest';
import { ClosedWorld, hasTun, standIn } from '../../engine/linux/network/closed-world.ts';
import { describeAsRoot, describeWithPrograms } from '../../requires.ts';

const scenario = `
name: both
images: { tools: { host: [sh, sleep] } }
networks: { out: { egress: true }, sealed: {} }
services:
  open: { image: tools, command: [sleep, infinity], networks: [out], dns: [${standIn.server4}] }
  closed: { image: tools, command: [sleep, infinity], networks: [sealed] }
steps:
  - isolation: { profile: standard }
`;

/** What keeps metadata services away is taken away, by the service itself. */
const unguarded = `
name: unguarded
images: { tools: { host: [sh, sleep, ip] } }
networks: { out: { egress: true } }
services:
  open: { image: tools, command: [sleep, infinity], networks: [out], dns: [${standIn.server4}], cap_add: [NET_ADMIN] }
steps:
  - { in: open, run: ip route del unreachable 169.254.0.0/16 }
  - isolation: { only: [net.no-metadata, net.no-internet, net.no-host] }
`;

interface Verdict {
  readonly result: string;
  readonly evidence: readonly string[];
}

describeAsRoot(['userns', 'overlay', 'net', 'ipv6'], 'isolation, in a world made for the test', () => {
  const world = new ClosedWorld();
  afterAll(() => world.remove());

  describeWithPrograms(
    ['unshare', 'nsenter', 'ip', 'pasta'],
    [],
    `of a service with a way out${hasTun() ? '' : ' (needs /dev/net/tun)'}`,
    () => {
      test.skipIf(!hasTun())(
        'all holds but what was declared not to, and nobody is asked outside',
        async () => {
          const file = world.write('both.yaml', scenario);
          const { status, text } = await world.mayfly(['test', file, '--report', 'ndjson']);
          expect(status, text).toBe(0);
          const { open, closed } = verdictsIn(text);
          expect(open?.['net.no-internet']?.result).toBe('n/a');
          expect(closed?.['net.no-internet']?.result).toBe('pass');
          for (const verdicts of [open, closed])
            for (const check of ['net.no-host', 'net.no-metadata', 'net.no-cross-scenario'])
              expect(verdicts?.[check]?.result, check).toBe('pass');
          expect(open?.['net.no-metadata']?.evidence).toContain(
            `connecting to ${standIn.metadata4}: EHOSTUNREACH`,
          );
          expect(closed?.['net.no-metadata']?.evidence).toContain(
            `connecting to ${standIn.metadata4}: ENETUNREACH`,
          );
          // What listens on the stand-in host is what loopback must not lead to.
          expect(open?.['net.no-host']?.evidence.join()).toContain('8080, where the host listens');
        },
      );

      test.skipIf(!hasTun())('a way to a metadata service is told, without going it', async () => {
        const file = world.write('unguarded.yaml', unguarded);
        const { status, text } = await world.mayfly(['test', file, '--report', 'ndjson']);
        expect(status, text).toBe(1);
        const { open } = verdictsIn(text);
        expect(Object.entries(open ?? {}).map(([id, { result }]) => [id, result])).toEqual([
          ['net.no-host', 'pass'],
          ['net.no-internet', 'n/a'],
          ['net.no-metadata', 'fail'],
        ]);
        expect(open?.['net.no-metadata']?.evidence).toContain(
          `there is a way to ${standIn.metadata4}: egress0`,
        );
      });
    },
  );
});

type Services = Readonly<Record<string, Readonly<Record<string, Verdict>>>>;

function verdictsIn(text: string): Services {
  for (const line of text.split('\n')) {
    if (!line.startsWith('{')) continue;
    const { kind, facts } = JSON.parse(line) as {
      readonly kind: string;
      readonly facts?: { readonly services: Services };
    };
    if (kind === 'stepFinished' && facts?.services !== undefined) return facts.services;
  }
  return {};
}
