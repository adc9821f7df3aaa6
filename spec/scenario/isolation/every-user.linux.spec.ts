import { beforeAll, describe, expect, test } from 'vitest';
import { checksOfProfile } from '../../../src/scenario/isolation/check-table.ts';
import { addAccount } from '../../engine/linux/teardown/account.ts';
import { Lane } from '../../engine/linux/teardown/lane.ts';
import { describeAsRoot } from '../../requires.ts';

/** What this kernel cannot show for an ordinary user, with the reason; nothing else may be excepted. */
const ofOrdinaryUsers = ['keyring.isolated'];

const scenario = (exceptions: readonly string[]): string => `
images: { tools: { host: [sh, sleep] } }
services:
  plain: { image: tools, command: [sleep, infinity] }
  vault: { image: tools, command: [sleep, infinity], user: "1000", read_only: true, cap_drop: [ALL] }
steps:
  - { in: plain, isolation: { profile: standard, except: ${except(exceptions)} } }
  - { in: vault, isolation: { profile: strict, except: ${except(exceptions)} } }
`;

/** One that is never needed stands where there is none. */
const except = (checks: readonly string[]): string =>
  JSON.stringify([...checks, 'ns.pid'].map((check) => ({ check, reason: 'this host' })));

interface Seen {
  readonly status: number | null;
  /** By service: how many checks there were, and which of them an exception has let pass. */
  readonly services: Readonly<
    Record<string, { readonly checks: number; readonly excepted: readonly string[] }>
  >;
  readonly err: string;
}

describeAsRoot(['userns', 'overlay', 'net'], 'isolation, whoever runs it', () => {
  let [asRoot, asUser]: Seen[] = [];

  beforeAll(async () => {
    asRoot = await runIn(await Lane.open(), []);
    using account = addAccount('mayfly-iso');
    asUser = await runIn(await Lane.open(account), ofOrdinaryUsers);
  }, 120_000);

  const counts = {
    plain: checksOfProfile('standard').length,
    vault: checksOfProfile('strict').length,
  };

  describe.each([
    { who: 'root', seen: () => asRoot, excepted: [] },
    { who: 'an ordinary user', seen: () => asUser, excepted: ofOrdinaryUsers },
  ])('$who', ({ seen, excepted }) => {
    test('a default service keeps `standard`, a hardened one `strict`', () => {
      expect(seen()?.status, seen()?.err).toBe(0);
      expect(seen()?.services).toEqual({
        plain: { checks: counts.plain, excepted },
        vault: { checks: counts.vault, excepted },
      });
    });
  });
});

async function runIn(lane: Lane, exceptions: readonly string[]): Promise<Seen> {
  try {
    lane.write('s.yaml', scenario(exceptions));
    const { status, out, err } = await (await lane.start('test', 's.yaml', '--report', 'ndjson')).ended;
    const services = out.split('\n').flatMap((line): [string, Seen['services'][string]][] => {
      const event: unknown = line === '' ? undefined : JSON.parse(line);
      return Object.entries(servicesOf(event)).map(([service, verdicts]) => [service, summarize(verdicts)]);
    });
    return { status, services: Object.fromEntries(services), err };
  } finally {
    await lane.close();
  }
}

type Verdicts = Readonly<Record<string, { readonly excepted?: string }>>;

function servicesOf(event: unknown): Readonly<Record<string, Verdicts>> {
  const { kind, facts } = (event ?? {}) as {
    readonly kind?: string;
    readonly facts?: { readonly services: Readonly<Record<string, Verdicts>> };
  };
  return kind === 'stepFinished' ? (facts?.services ?? {}) : {};
}

function summarize(verdicts: Verdicts): Seen['services'][string] {
  const excepted = Object.entries(verdicts).flatMap(([id, verdict]) =>
    verdict.excepted === undefined ? [] : [id],
  );
  return { checks: Object.keys(verdicts).length, excepted };
}
