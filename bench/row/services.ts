import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { figureOf, interleave } from '../interleave.ts';
import { timeMayfly } from '../our-command.ts';
import type { PeerHost } from '../peer/peer-host.ts';
import { podmanServices } from '../peer/podman.ts';
import type { Result, RowOptions } from '../result.ts';
import type { Workspace } from '../workspace.ts';

const readyWithinMs = 60;
const scenario = `name: three-services
images: { base: { rootfs: ./layers/base } }
networks: { front: {} }
services:
  web: { image: base, command: [/bin/serve, "8080"], networks: [front], ready: { port: 8080 } }
  store: { image: base, command: [/bin/serve, "8081"], networks: [front], ready: { port: 8081 } }
  client: { image: base, command: [/bin/sleep], networks: [front] }
steps:
  - { in: client, run: [/bin/request, web, "8080"], expect: { stdout: ok } }
`;

/** A whole process of the command, from plan to the proof that nothing is left. */
export async function services(
  workspace: Workspace,
  host: PeerHost,
  { rounds }: RowOptions,
): Promise<readonly Result[]> {
  const file = join(workspace.directory, 'three-services.yaml');
  const events = join(mkdtempSync(join(workspace.directory, 'events-')), 'events.ndjson');
  writeFileSync(file, scenario);
  const readyMs: number[] = [];
  const ours = async (): Promise<number> => {
    const tookMs = await timeMayfly(workspace, ['test', file, '--report', `ndjson=${events}`]);
    readyMs.push(planToReadyMs(readFileSync(events, 'utf8')));
    return tookMs;
  };
  const measured = await interleave(
    [{ name: 'mayfly', spawned: true, run: ours }, podmanServices(workspace, host)],
    Math.max(1, Math.ceil(rounds / 4)),
  );
  const what = 'three services, a name, a request, teardown';
  return [
    { what: `${what}: whole process`, unit: 'ms', ...measured, bars: [{ peer: 'podman', atMost: 0.4 }] },
    {
      what: 'of these: plan to all ready',
      unit: 'ms',
      figures: [figureOf({ name: 'mayfly', spawned: false }, readyMs.slice(1))],
      skipped: [],
      bars: [],
      atMost: readyWithinMs,
    },
  ];
}

interface Timed {
  readonly kind: string;
  readonly atMs: number;
}

/** From the start of the scenario, planned by then, to the last service that is ready: images and sandbox are between them. */
function planToReadyMs(ndjson: string): number {
  const events = ndjson
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Timed);
  const started = events.find(({ kind }) => kind === 'scenarioStarted');
  const ready = events.findLast(({ kind }) => kind === 'containerReady');
  if (started === undefined || ready === undefined) throw new Error('no service became ready');
  return ready.atMs - started.atMs;
}
