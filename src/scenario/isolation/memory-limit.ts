import { MayflyError } from '../../core/mayfly-error.ts';
import type { Probe } from '../../core/probe.ts';
import { callOne, outcomeOf } from './calls.ts';
import type { Subject, Twin, Verdict } from './check.ts';
import { fitsInMemory, lostAmong, sameGroup } from './limit-surroundings.ts';
import { fail, inconclusive, judged, notApplicable, pass, unsupported } from './verdict.ts';

/** mmap(2): PROT_READ|PROT_WRITE; MAP_PRIVATE|MAP_ANONYMOUS|MAP_POPULATE. The same on x86 and arm64. */
const [readWrite, populated] = [3, 0x2 | 0x20 | 0x8000];
/** What is asked for beyond the limit: more than the kernel counts in batches per processor. */
const beyondBytes = 16 * 2 ** 20;
/** The kernel takes no more from a group than it must: one that has all it asked for beyond its limit keeps so much of it. */
const nearShare = 3 / 4;

/** Memory is taken in a twin until it is killed: first half of the limit, which it must get, then more than all of it. */
export async function exceedMemory(subject: Subject): Promise<Verdict> {
  const { memoryBytes, memorySwapBytes = (memoryBytes ?? 0) * 2 } = subject.spec.limits;
  if (memoryBytes === undefined) return notApplicable('mem_limit was not declared');
  const most = Math.max(memoryBytes, memorySwapBytes) + beyondBytes;
  const tooLarge = fitsInMemory(subject.witness, most);
  if (tooLarge !== undefined) return unsupported(tooLarge);
  const others = [subject, ...subject.siblings];
  const killsBefore = await killsOf(others);
  await using twin = await subject.openTwin();
  const wrongGroup = sameGroup(subject, twin, 'memory');
  const half = Math.floor(memoryBytes / 2);
  const first = await takeMemory(twin.root, half);
  if (first.isLost || first.outcome !== 'success')
    return fail(`half of the declared ${memoryBytes} bytes could not be had: ${first.outcome}`);
  const over = await takeMemory(twin.root, most - half);
  const { memoryBytes: used, oomKills } = await twin.container.usage();
  if (!over.isLost) {
    const faults = [...wrongGroup, ...lostAmong(others)];
    return faults.length > 0
      ? fail(...faults)
      : judgeSurvivor(memoryBytes, memorySwapBytes, used, over.outcome);
  }
  const { oomKilled, signal } = await twin.root.ended;
  const killsAfter = await killsOf(others);
  return judged(
    [
      ...wrongGroup,
      ...(signal === 'SIGKILL' ? [] : [`the one that took too much ended with ${signal ?? 'no signal'}`]),
      ...((oomKills ?? 0) > 0 || oomKilled ? [] : ['the kill was not counted']),
      ...lostAmong(others),
      ...others.flatMap(({ name }, at) =>
        killsAfter[at] === killsBefore[at] ? [] : [`the kernel killed in ${name} as well`],
      ),
    ],
    [
      `${half} bytes could be had; more than ${Math.max(memoryBytes, memorySwapBytes)} ended with SIGKILL, counted ${oomKills ?? 0} times`,
      `alive, and nothing killed in: ${others.map(({ name }) => name).join(', ')}`,
    ],
  );
}

/** Where swap has no limit, what is too much for memory goes there. */
function judgeSurvivor(
  memoryBytes: number,
  memorySwapBytes: number,
  used: number | undefined,
  outcome: string,
): Verdict {
  if (used === undefined) return inconclusive('nothing counts its memory');
  if (used > memoryBytes) return fail(`it has ${used} bytes of memory; ${memoryBytes} were declared`);
  const isHeld = outcome === 'success' && used >= memoryBytes * nearShare;
  return memorySwapBytes < 0 && isHeld
    ? pass(`it has ${used} bytes of memory and the rest in swap, which was declared to have no limit`)
    : inconclusive(`it has ${used} bytes of memory, and asking for more ended with ${outcome}`);
}

interface Taken {
  /** The helper was killed over it. */
  readonly isLost: boolean;
  readonly outcome: string;
}

async function takeMemory(probe: Probe, bytes: number): Promise<Taken> {
  try {
    return {
      isLost: false,
      outcome: outcomeOf(await callOne(probe, 'mmap', 0, bytes, readWrite, populated, -1, 0)),
    };
  } catch (error) {
    if (!(error instanceof MayflyError) || error.code !== 'PROBE_LOST') throw error;
    return { isLost: true, outcome: 'its end' };
  }
}

async function killsOf(containers: readonly Pick<Twin, 'container'>[]): Promise<readonly number[]> {
  const usages = await Promise.all(containers.map(({ container }) => container.usage()));
  return usages.map(({ oomKills = 0 }) => oomKills);
}
