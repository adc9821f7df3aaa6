import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ContainerSpec } from '../../src/core/container.ts';
import type { Sandbox } from '../../src/core/engine.ts';
import { mergeImage } from '../../src/scenario/plan/merge-image.ts';
import { never, teardownBudgetMs } from '../engine/contract/contract-kit.ts';
import { type LinuxKit, linuxEngineFor } from '../engine/linux/linux-kit.ts';
import { plansOf } from '../scenario/run/from-yaml.ts';
import { asOci } from './as-oci.ts';
import { asPodman } from './as-podman.ts';
import { describePeers } from './describe-peers.ts';
import { differences } from './differences.ts';
import { PeerWorld } from './peer-world.ts';
import { type Facts, readFacts } from './read-facts.ts';

const scenario = `name: one of each
images: { peer: { host: [sleep] } }
services:
  web:
    image: peer
    command: [/bin/sleep, "1000"]
    init: false
    hostname: web-1
    network_mode: none
    user: "1000:1001"
    working_dir: /tmp
    read_only: true
    tmpfs: [/tmp]
    environment: { GREETING: hello world }
    cap_drop: [ALL]
    cap_add: [NET_BIND_SERVICE, CHOWN]
    ulimits: { nofile: { soft: 256, hard: 512 }, core: 0 }
    oom_score_adj: 200
steps: [{ in: web, run: [/bin/true] }]
`;

describePeers('one scenario through Mayfly, crun and podman', () => {
  let world: PeerWorld;
  let sandbox: Sandbox;
  const facts = new Map<string, Facts>();
  beforeAll(async () => {
    world = await PeerWorld.open();
    const kit = await linuxEngineFor(world.directory);
    const spec = await specOf(kit, world);
    const runId = `d${randomUUID().replaceAll('-', '').slice(0, 11)}`;
    sandbox = await kit.engine.openSandbox({ runId, networks: [], volumes: [], upper: 'auto' }, never);
    const container = await sandbox.startContainer(spec, never);
    await world.crun('web', asOci(spec));
    await world.podmanRun([...asPodman(spec), '--name=web'], spec.process.argv);
    const pids = {
      mayfly: (await container.witness()).pid,
      crun: world.hostPid(JSON.parse(await world.run(['crun', 'state', 'web'])).pid),
      podman: world.hostPid(Number(await world.run(['podman', 'inspect', '-f', '{{.State.Pid}}', 'web']))),
    };
    for (const [name, pid] of Object.entries(pids)) {
      await using target = await kit.engine.openForeign(pid);
      facts.set(name, await readFacts(target, [process.pid, world.pid]));
    }
  }, 120_000);
  afterAll(async () => {
    await sandbox?.close(teardownBudgetMs);
    await world?.[Symbol.asyncDispose]();
  });

  test.each(['crun', 'podman'] as const)(
    '%s: the facts agree, but for what is listed with its reason',
    (peer) => {
      const [ours, theirs] = [facts.get('mayfly') ?? {}, facts.get(peer) ?? {}];
      expect(Object.keys(ours).length).toBeGreaterThan(80);
      const names = [...new Set([...Object.keys(ours), ...Object.keys(theirs)])].toSorted();
      const seen = names.flatMap((name) => {
        const [mayfly, other] = [ours[name] ?? 'not there', theirs[name] ?? 'not there'];
        return mayfly === other ? [] : [[name, `${mayfly} → ${other}`] as const];
      });
      const listed = differences.flatMap((difference) => {
        const other = difference[peer];
        return other === undefined
          ? []
          : difference.facts.map((fact) => [fact, `${difference.mayfly} → ${other}`] as const);
      });
      expect(Object.fromEntries(seen)).toEqual(Object.fromEntries(listed));
    },
  );
});

async function specOf(kit: LinuxKit, world: PeerWorld): Promise<ContainerSpec> {
  const [plan] = plansOf(scenario);
  const service = plan?.services[0];
  if (service === undefined) throw new Error('a scenario without its service');
  const image = await kit.prepareImage('peer', { kind: 'rootfs', path: join(world.directory, 'rootfs') });
  return mergeImage(service.container, image);
}
