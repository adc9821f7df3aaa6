import { didYouMean } from '../../core/did-you-mean.ts';
import { mayOpen } from '../../core/network-policy.ts';
import type { RunningService } from '../run/running-service.ts';
import type { HttpAnswer } from './http-exchange.ts';
import type { StepWorld } from './step-definition.ts';

type Failure = Extract<HttpAnswer, { kind: 'failed' }>['failure'];

/** What the scenario itself knows of why a request got no response; empty if nothing. */
export async function explainNoResponse(
  failure: Failure,
  url: string,
  sender: RunningService,
  services: readonly RunningService[],
): Promise<string> {
  const { hostname } = new URL(url);
  const target = services.find((service) => isCalled(service, hostname));
  if (failure === 'no-name') {
    if (target !== undefined)
      return `; \`${target.name}\` shares no network with \`${sender.name}\`${networksOf([sender, target])}`;
    const near = didYouMean(
      hostname,
      services.map(({ name }) => name),
    );
    return near === undefined ? '' : `; did you mean \`${near}\`?`;
  }
  if (failure !== 'refused' || target === undefined) return '';
  const sockets = await target.container.listening().catch(() => []);
  const ports = [
    ...new Set(sockets.map(({ port, protocol, address }) => `${port}/${protocol} (${address})`)),
  ];
  return ports.length === 0
    ? `; nothing listens in \`${target.name}\``
    : `; \`${target.name}\` listens on ${ports.join(', ')}`;
}

/** Which policy lets the sender not open what it asked for; empty if none does. */
export function explainSilence(
  address: string,
  sender: RunningService,
  { services, networks }: Pick<StepWorld, 'services' | 'networks'>,
): string {
  const url = new URL(address);
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
  const target = services.find((service) => isCalled(service, url.hostname));
  if (target === undefined || target === sender) return '';
  const shared = networks.filter(({ name }) =>
    [sender, target].every(({ container }) => container.networks.some(({ network }) => network === name)),
  );
  const denies = shared.find(
    ({ policy }) =>
      policy !== undefined && !mayOpen(policy, sender.container.name, target.container.name, 'tcp', port),
  );
  return denies === undefined
    ? ''
    : `; the policy of \`${denies.name}\` does not let \`${sender.name}\` open ${port}/tcp of \`${target.name}\``;
}

function isCalled({ plan, container }: RunningService, hostname: string): boolean {
  const address = hostname.replace(/^\[|\]$/g, '');
  return (
    plan.name === hostname ||
    plan.instanceOf === hostname ||
    container.networks.some(({ ipv4, ipv6 }) => ipv4 === address || ipv6 === address)
  );
}

function networksOf(services: readonly RunningService[]): string {
  const parts = services.map(({ name, container }) => {
    const networks = container.networks.map(({ network }) => network);
    return `${name} is on ${networks.length === 0 ? 'none' : networks.join(', ')}`;
  });
  return ` (${parts.join('; ')})`;
}
