import { systemClock } from '../../src/core/clock.ts';
import type { Container } from '../../src/core/engine.ts';
import { composeFacts } from '../../src/scenario/connectivity/compose-facts.ts';
import { survey } from '../../src/scenario/connectivity/survey.ts';
import type { Contender } from '../contender.ts';
import { interleave } from '../interleave.ts';
import { containerOf, openOurs } from '../our-engine.ts';
import { nodeItself } from '../peer/node-itself.ts';
import type { PeerHost } from '../peer/peer-host.ts';
import type { Result, RowOptions } from '../result.ts';
import type { Workspace } from '../workspace.ts';

const sizes = [
  { services: 30, ports: 5, atMost: 3_000 },
  { services: 100, ports: 2, atMost: 20_000 },
] as const;
const never = new AbortController().signal;
const clock = systemClock(() => performance.now());

/** A `connectivity` step among many services that share one network, over both IP versions. */
export async function matrix(
  workspace: Workspace,
  _host: PeerHost,
  { rounds }: RowOptions,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (const { services, ports, atMost } of sizes) {
    await using sandbox = await openOurs(workspace, { networks: [{ name: 'all', egress: false }] });
    const containers: Container[] = [];
    for (let at = 0; at < services; at += 1) {
      const network = { kind: 'attached', attachments: [{ network: 'all', aliases: [] }] } as const;
      const spec = { ...containerOf(`s${at}`, ['/bin/true'], { network }), idle: true as const };
      containers.push(await sandbox.startContainer(spec, never));
    }
    const ours: Contender = { name: 'mayfly', spawned: false, run: () => timeSurvey(containers, ports) };
    const { figures, skipped } = await interleave([ours, nodeItself], Math.max(2, Math.ceil(rounds / 10)));
    const cells = services * (services - 1) * ports * 2;
    results.push({
      what: `a connectivity step of ${services} services and ${ports} ports each, ${cells} cells`,
      unit: 'ms',
      figures,
      skipped,
      bars: [],
      atMost,
    });
  }
  return results;
}

async function timeSurvey(containers: readonly Container[], ports: number): Promise<number> {
  const declaredPorts = Array.from({ length: ports }, (_unused, at) => ({
    port: 8000 + at,
    protocol: 'tcp' as const,
  }));
  const services = containers.map((container) => {
    return { name: container.name, container, namespaceOf: container.name, declaredPorts };
  });
  const truth = { default: 'allow', allow: [], deny: [] } as const;
  const startedAt = performance.now();
  const { surprises } = composeFacts(
    await survey({ services, truth, families: [4, 6], places: [], leftOut: [], clock, signal: never }),
  );
  const tookMs = performance.now() - startedAt;
  if (surprises[0] !== undefined)
    throw new Error(`${surprises.length} cells are closed: ${surprises[0].why}`);
  return tookMs;
}
