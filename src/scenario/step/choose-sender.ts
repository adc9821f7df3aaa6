import { MayflyError } from '../../core/mayfly-error.ts';
import type { RunningService } from '../run/running-service.ts';

/**
 * From where a request without `in` is sent: a member of every network; where there is none, one that shares a network with the
 * host asked, others before the host itself.
 */
export function chooseSender(host: string, services: readonly RunningService[]): RunningService {
  const running = services.filter(({ container }) => container.state === 'running');
  const all = new Set(running.flatMap(networksOf));
  const others = running.filter((service) => !answersTo(service, host));
  const asked = running.filter((service) => answersTo(service, host));
  const near = new Set(asked.flatMap(networksOf));
  const candidates = [
    others.find((service) => all.size > 0 && networksOf(service).length === all.size),
    others.find((service) => networksOf(service).some((network) => near.has(network))),
    asked[0],
    running.find((service) => networksOf(service).length === all.size),
  ];
  const chosen = candidates.find((service) => service !== undefined);
  if (chosen !== undefined) return chosen;
  throw new MayflyError('SCENARIO_MISSING_KEY', `no service runs that could send a request to \`${host}\``, {
    hint: 'say `in:` and the name of a running service',
  });
}

function networksOf({ container }: RunningService): readonly string[] {
  return container.networks.map(({ network }) => network);
}

function answersTo({ plan, spec, container }: RunningService, host: string): boolean {
  const aliases =
    spec.network.kind === 'attached'
      ? spec.network.attachments.flatMap((attachment) => attachment.aliases)
      : [];
  const addresses = container.networks.flatMap(({ ipv4, ipv6 }) => [
    ipv4,
    ipv6 === undefined ? undefined : `[${ipv6}]`,
  ]);
  return (
    [plan.name, plan.instanceOf, spec.name, spec.hostname].includes(host) ||
    aliases.includes(host) ||
    addresses.includes(host)
  );
}
