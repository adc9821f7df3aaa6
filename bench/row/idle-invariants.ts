import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { figureOf } from '../interleave.ts';
import { cpuSecondsOfMayfly } from '../our-command.ts';
import type { PeerHost } from '../peer/peer-host.ts';
import type { Result } from '../result.ts';
import type { Workspace } from '../workspace.ts';

const atMostPercent = 1;
const waitSeconds = 20;

/** What watching costs while nothing happens: the processor time of a run with invariants over that of the same without. */
export async function idleInvariants(workspace: Workspace, _host: PeerHost): Promise<readonly Result[]> {
  const measure = async (name: string, invariants: string): Promise<number> => {
    const file = join(workspace.directory, `${name}.yaml`);
    writeFileSync(file, `${base}${invariants}`);
    return cpuSecondsOfMayfly(workspace, ['test', file]);
  };
  const without = await measure('unwatched', '');
  const watched = await measure('watched', invariants);
  const percent = Math.max(0, ((watched - without) / waitSeconds) * 100);
  return [
    {
      what: 'six idle invariants of three services, of a core',
      unit: '%',
      figures: [figureOf({ name: 'mayfly', spawned: false }, [percent])],
      skipped: [],
      bars: [],
      atMost: atMostPercent,
    },
  ];
}

const services = ['one', 'two', 'three'];

const base = `images: { base: { rootfs: ./layers/base } }
services:
${services.map((name) => `  ${name}: { image: base, command: [/bin/sleep] }\n`).join('')}steps: [{ wait: ${waitSeconds}s }]
`;

const invariants = `invariants:
${services
  .map(
    (name) => `  - { service: ${name}, oom_kills: 0, memory: { lt: 100m } }
  - { service: ${name}, logs: { not: { contains: PANIC } } }
`,
  )
  .join('')}`;
