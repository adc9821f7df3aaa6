import type { FeatureReport } from '../../../../core/host-feature.ts';
import { MayflyError } from '../../../../core/mayfly-error.ts';

/** What was seen of the host. */
export interface EgressFacts {
  /** Path of the program. */
  readonly pasta: string | undefined;
  /** Whether this user may open /dev/net/tun for reading and writing; the errno's name if not. */
  readonly tun: 'usable' | string;
  readonly hasDefaultRoute: boolean;
}

interface Obstacle {
  readonly code: 'HOST_MISSING_PROGRAM' | 'HOST_MISSING_FEATURE';
  readonly what: string;
  readonly remedy: string;
}

/** For `doctor` and `requires: [egress]`. */
export function egressReport(facts: EgressFacts): FeatureReport {
  const obstacle = obstacleTo(facts);
  return {
    feature: 'egress',
    available: obstacle === undefined,
    evidence: obstacle?.what ?? `${facts.pasta}, /dev/net/tun is usable`,
    cost: 'networks with `egress: true` cannot be used',
    remedy: obstacle?.remedy ?? '',
    required: false,
  };
}

/** Throws HOST_MISSING_PROGRAM or HOST_MISSING_FEATURE with the remedy where egress is not possible; else the program's path. */
export function requireEgress(network: string, facts: EgressFacts): string {
  const obstacle = obstacleTo(facts);
  if (obstacle !== undefined) {
    throw new MayflyError(obstacle.code, `network ${network} has \`egress: true\`, but ${obstacle.what}`, {
      hint: obstacle.remedy,
    });
  }
  return facts.pasta ?? '';
}

function obstacleTo({ pasta, tun, hasDefaultRoute }: EgressFacts): Obstacle | undefined {
  if (pasta === undefined) {
    const remedy = 'install the package passt: apt-get install passt';
    return { code: 'HOST_MISSING_PROGRAM', what: 'the program pasta is not installed', remedy };
  }
  if (tun !== 'usable') {
    const remedy =
      tun === 'ENOENT'
        ? 'as root: modprobe tun'
        : 'as root: chmod 666 /dev/net/tun (the usual mode), or run as root';
    return { code: 'HOST_MISSING_FEATURE', what: `/dev/net/tun cannot be opened (${tun})`, remedy };
  }
  if (hasDefaultRoute) return undefined;
  const remedy = 'connect this host to a network, or remove `egress: true`';
  return { code: 'HOST_MISSING_FEATURE', what: 'this host has no default route itself', remedy };
}
