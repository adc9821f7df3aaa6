import type { CheckResult } from '../../core/check-result.ts';
import type { Clock } from '../../core/clock.ts';
import type { ContainerSpec, NetworkSpec } from '../../core/container.ts';
import type { Container } from '../../core/engine.ts';
import type { IsolationProfile } from '../../core/isolation-facts.ts';
import type { Probe, Witness } from '../../core/probe.ts';

export interface Verdict {
  readonly result: CheckResult;
  /** What was done and seen, a line each. */
  readonly evidence: readonly string[];
}

/** One claim about a container, and how it is shown. */
export interface IsolationCheck {
  /** `ns.pid`; stable. */
  readonly id: string;
  readonly claim: string;
  /** What is done, for the docs. */
  readonly probed: string;
  /** A man page, a section of the OCI specification, a CVE or a CIS item. */
  readonly source: string;
  readonly profile: IsolationProfile;
  /** It looks at who is on a network: no twin may come or go meanwhile. */
  readonly quiet?: true;
  /** What it does is done to the shared twin, so that it need not wait for checks that look at the service, nor they for it. */
  readonly inTwin?: true;
  look(subject: Subject): Promise<Verdict>;
}

/** A running service under examination. */
export interface Subject {
  readonly name: string;
  /** As declared, with what the image adds. */
  readonly spec: ContainerSpec;
  readonly container: Container;
  /** With the rights of the service itself. */
  readonly probe: Probe;
  /** Uid 0 of the container without a filter: it sees what the service may not. It has no capability but NET_BIND_SERVICE. */
  readonly root: Probe;
  readonly witness: Witness;
  /** The other services that run. */
  readonly siblings: readonly Sibling[];
  /** Twins of those who are alone on a network, for somebody has to answer there; others who want company have it, too. */
  readonly guests: readonly Guest[];
  /** As the scenario declares them. */
  readonly networks: readonly NetworkSpec[];
  /** One and the same for all services of one examination: what several checks look at is looked at once. */
  readonly examination: ExaminationToken;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** A further probe for what the probe would not survive. */
  openProbe(rights: 'itself' | 'root'): Promise<Probe>;
  /** A second container of the same plan, for what the service would not survive; removed when disposed. */
  openTwin(): Promise<Twin>;
  /** The same for what is only looked at from outside: nothing of ours is in it. */
  openBareTwin(): Promise<AsyncDisposable & { readonly container: Container }>;
  /** One for all checks that leave nothing behind which another would stumble over; it lasts as long as the examination. */
  sharedTwin(): Promise<Omit<Twin, keyof AsyncDisposable>>;
  /** For what would be disturbed by its like: of all services, one at a time. */
  alone<T>(look: () => Promise<T>): Promise<T>;
}

/** Has nothing but its identity. */
export interface ExaminationToken {
  readonly startedAtMs: number;
}

export interface Guest {
  readonly name: string;
  readonly container: Container;
  /** Uid 0 of it. */
  readonly root: Probe;
}

export interface Sibling extends Guest {
  readonly spec: ContainerSpec;
  readonly witness: Witness;
}

export interface Twin extends AsyncDisposable {
  readonly container: Container;
  readonly root: Probe;
  readonly witness: Witness;
}
