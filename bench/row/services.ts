import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { planToReadyMs, readEvents } from '../event-times.ts';
import { figureOf, interleave } from '../interleave.ts';
import { timeMayfly } from '../our-command.ts';
import { nodeItself } from '../peer/node-itself.ts';
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
    readyMs.push(planToReadyMs(readEvents(events)));
    return tookMs;
  };
  const measured = await interleave(
    [{ name: 'mayfly', spawned: true, run: ours }, podmanServices(workspace, host), nodeItself],
    Math.max(1, Math.ceil(rounds / 4)),
  );
  const what = 'three services, a name, a request, teardown';
  const [whole, ...peers] = measured.figures;
  if (whole === undefined) throw new Error(measured.skipped.map(({ reason }) => reason).join('; '));
  const isScale = ({ name }: { readonly name: string }): boolean => name === nodeItself.name;
  return [
    {
      what: `${what}: whole process`,
      unit: 'ms',
      figures: [whole, ...peers.filter((each) => !isScale(each))],
      skipped: measured.skipped,
      bars: [{ peer: 'podman', atMost: 0.4 }],
    },
    {
      what: 'of these: plan to all ready',
      unit: 'ms',
      // The first run, which unpacks the image, is not one of those measured.
      figures: [figureOf({ name: 'mayfly', spawned: false }, readyMs.slice(1)), ...peers.filter(isScale)],
      skipped: [],
      bars: [],
      atMost: readyWithinMs,
    },
  ];
}
