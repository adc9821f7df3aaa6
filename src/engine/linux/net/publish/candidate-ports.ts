import type { PublishedPort } from '../../../../core/container.ts';
import { makePrng } from '../../../../core/prng.ts';

/** Below the kernel's range for outgoing connections (ip_local_port_range), where any port may be taken for a moment. */
const firstPort = 20_000;
const lastPort = 32_767;
/** Scenarios of one run may want the same ports: enough for as many as run at once. */
const candidateCount = 32;

/**
 * Host ports to try where any free one will do. They depend on the seed and on whose they are, not on who starts first: a run
 * with the same seed has the same ports, as far as the host has them free.
 */
export function candidatePorts(
  seed: number,
  container: string,
  { containerPort, protocol }: Pick<PublishedPort, 'containerPort' | 'protocol'>,
): readonly number[] {
  const random = makePrng(seed, `${container} ${containerPort}/${protocol}`);
  return Array.from({ length: candidateCount }, () => firstPort + random.below(lastPort - firstPort + 1));
}
