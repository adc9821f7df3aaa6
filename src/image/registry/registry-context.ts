import type { ImageReference } from '../../core/image-reference.ts';
import type { ImageLimits } from '../image-limits.ts';
import type { ProgramRunner } from '../program-runner.ts';
import { findCredential } from './login/find-credential.ts';
import type { Endpoint } from './plan-endpoints.ts';
import { RegistryClient } from './registry-client.ts';
import { RegistryEndpoint } from './registry-endpoint.ts';
import type { RegistrySettings } from './registry-settings.ts';
import type { Transport } from './transport.ts';

/** What everything needs that speaks to registries. */
export interface RegistryContext {
  readonly registries: RegistrySettings;
  readonly limits: ImageLimits;
  readonly programs: ProgramRunner;
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
  readonly signal: AbortSignal;
}

export function openEndpoint(
  endpoint: Endpoint,
  transport: Transport,
  { registries, limits, programs, nowMs }: RegistryContext,
): RegistryEndpoint {
  return new RegistryEndpoint(endpoint, {
    transport,
    limits,
    nowMs,
    findCredential: (loginName, signal) => findCredential(loginName, registries, programs, signal),
  });
}

export function openClient(
  endpoint: Endpoint,
  { repository }: Pick<ImageReference, 'repository'>,
  transport: Transport,
  context: RegistryContext,
): RegistryClient {
  return new RegistryClient(openEndpoint(endpoint, transport, context), repository, context.limits);
}
