import { readdirSync, readFileSync } from 'node:fs';
import { figureOf } from '../interleave.ts';
import { containerOf, openOurs } from '../our-engine.ts';
import type { PeerHost } from '../peer/peer-host.ts';
import type { Result, RowOptions } from '../result.ts';
import type { Workspace } from '../workspace.ts';

const never = new AbortController().signal;
const atMostKilobytes = 150;

/**
 * Proportional set size (proc(5), smaps_rollup) of all processes of ours below this one — the reaping pid 1 of every container,
 * the sandbox's init, the supervisor — divided by the number of idle containers. The containers' own programs are not ours.
 */
export async function idleMemory(
  workspace: Workspace,
  _host: PeerHost,
  { containers }: RowOptions,
): Promise<readonly Result[]> {
  await using sandbox = await openOurs(workspace);
  for (let n = 0; n < containers; n += 1) {
    await sandbox.startContainer(containerOf(`idle${n}`, ['/bin/sleep']), never);
  }
  const ours = descendantsOf(process.pid).filter((pid) =>
    /^(mayfly-init|launcher-linux|memfd:mayfly)/.test(nameOf(pid)),
  );
  const kilobytes = ours.map(pssKilobytes).reduce((sum, each) => sum + each, 0) / containers;
  return [
    {
      what: `memory (PSS) of ours per idle container, of ${containers}`,
      unit: 'kB',
      figures: [figureOf({ name: 'mayfly', spawned: false }, [kilobytes])],
      skipped: [],
      bars: [],
      atMost: atMostKilobytes,
    },
  ];
}

function descendantsOf(root: number): readonly number[] {
  const parents = new Map(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((name) => [Number(name), parentOf(name)] as const),
  );
  const isBelow = (pid: number): boolean => {
    const parent = parents.get(pid);
    return parent !== undefined && (parent === root || isBelow(parent));
  };
  return [...parents.keys()].filter(isBelow);
}

function parentOf(pid: string): number | undefined {
  const stat = readProc(pid, 'stat');
  const parent = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[1];
  return parent === undefined || parent === '0' ? undefined : Number(parent);
}

function nameOf(pid: number): string {
  return readProc(String(pid), 'comm')?.trim() ?? '';
}

function pssKilobytes(pid: number): number {
  return Number(/^Pss:\s+(\d+) kB$/m.exec(readProc(String(pid), 'smaps_rollup') ?? '')?.[1] ?? 0);
}

function readProc(pid: string, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return undefined; // it has ended
  }
}
