import type { NetworkPolicy } from '../../src/core/network-policy.ts';
import type { Contender } from '../contender.ts';
import { interleave } from '../interleave.ts';
import { containerOf, openOurs } from '../our-engine.ts';
import type { PeerHost } from '../peer/peer-host.ts';
import { openVethPair } from '../peer/veth-pair.ts';
import type { Result, RowOptions } from '../result.ts';
import type { Workspace } from '../workspace.ts';

const never = new AbortController().signal;
const mebibytes = 1_024;
const port = 5000;

const narrow: NetworkPolicy = { allow: [{ from: ['source'], to: ['sink'], protocol: 'tcp', port }] };

/** A gibibyte over TCP from one member of a network to another, with a policy that allows just that and without one. */
export async function policy(
  workspace: Workspace,
  _host: PeerHost,
  { rounds }: RowOptions,
): Promise<readonly Result[]> {
  await using narrowed = await openLine(workspace, 'mayfly', narrow);
  await using open = await openLine(workspace, 'without a policy', undefined);
  await using pair = await openVethPair(workspace, mebibytes);
  const { figures, skipped } = await interleave([narrowed, open, pair], rounds);
  return [
    {
      what: 'a gibibyte between two members of a network with a policy',
      unit: 'ms',
      figures,
      skipped,
      bars: [{ peer: 'veth pair', atMost: 1.05 }],
    },
  ];
}

async function openLine(
  workspace: Workspace,
  name: string,
  policyOfNetwork: NetworkPolicy | undefined,
): Promise<Contender & AsyncDisposable> {
  const network = { name: 'line', egress: false, ...(policyOfNetwork ? { policy: policyOfNetwork } : {}) };
  const sandbox = await openOurs(workspace, { networks: [network] });
  const onLine = { network: { kind: 'attached', attachments: [{ network: 'line', aliases: [] }] } } as const;
  await sandbox.startContainer(containerOf('sink', ['/bin/drain', String(port)], onLine), never);
  const source = await sandbox.startContainer(containerOf('source', ['/bin/sleep'], onLine), never);
  const spec = containerOf('pour', ['/bin/pour', 'sink', String(port), String(mebibytes)]).process;
  return {
    name,
    spawned: false,
    run: async () => {
      const startedAt = performance.now();
      const { code } = await (await source.exec(spec, never)).exited;
      const tookMs = performance.now() - startedAt;
      if (code !== 0) throw new Error(`pouring ended with ${code}`);
      return tookMs;
    },
    [Symbol.asyncDispose]: () => sandbox[Symbol.asyncDispose](),
  };
}
