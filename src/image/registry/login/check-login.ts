import { explainAnswer } from '../explain-answer.ts';
import { ownEndpoint } from '../plan-endpoints.ts';
import type { RegistryContext } from '../registry-context.ts';
import { RegistryEndpoint } from '../registry-endpoint.ts';
import { Transport } from '../transport.ts';
import type { Credential } from './credential.ts';

/**
 * Shows a registry a login and hears whether it is one.
 *
 * @throws MayflyError REGISTRY_UNAUTHORIZED
 */
export async function checkLogin(
  registry: string,
  credential: Credential,
  { registries, limits, nowMs, signal }: Omit<RegistryContext, 'programs'>,
): Promise<void> {
  await using transport = new Transport(registries, limits);
  const endpoint = new RegistryEndpoint(ownEndpoint(registry, registries), {
    transport,
    limits,
    nowMs,
    findCredential: async () => credential,
  });
  const answer = await endpoint.request({ method: 'GET', to: '/v2/', scope: '', signal });
  if (answer.status !== 200) throw await explainAnswer(answer, registry, 'logging in');
  answer.body.discard();
}
