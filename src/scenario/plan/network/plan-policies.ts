import type { AllowedEdge, NetworkPolicy } from '../../../core/network-policy.ts';
import type { ServicePlan } from '../../../core/plan.ts';
import type { SourceLocation } from '../../../core/source-location.ts';
import { problemOfRule, type Standing, serviceOfWord } from '../../reach/check-rule.ts';
import { everyone, isProblem, parseRule, type RuleWord } from '../../reach/parse-rule.ts';
import type { DocumentNode } from '../document-node.ts';
import { optionalKey } from '../optional-key.ts';
import { instancesOf, type Scales } from '../service/instance-names.ts';
import type { PlannedNetwork } from './plan-networks.ts';

/** What the kernel takes at once: engine/linux/net/policy/plan-policy.ts. */
const mostPairs = 3_500;

interface PolicyContext {
  readonly services: readonly ServicePlan[];
  readonly scales: Scales;
  readonly networks: ReadonlyMap<string, PlannedNetwork>;
  readonly locate: (pointer: string) => SourceLocation;
}

/** What passes on the networks that have a policy, by their names (language.md R12). */
export function planPolicies(
  policies: DocumentNode,
  context: PolicyContext,
): ReadonlyMap<string, NetworkPolicy> {
  const planned = new Map<string, NetworkPolicy>();
  for (const policy of policies.items()) {
    const node = policy.child('network');
    const network = node.text();
    if (network === undefined) continue;
    if (!context.networks.has(network)) {
      node.fail('SCENARIO_UNDECLARED', `there is no network \`${network}\``, 'declare it under `networks:`');
      continue;
    }
    if (planned.has(network)) node.fail('SCENARIO_CONFLICT', `the network \`${network}\` has two policies`);
    const rules = policy.child('allow').items();
    const allow = rules.flatMap((rule) => planRule(rule, network, context));
    const pairs = allow.reduce((sum, { from, to }) => sum + (from?.length ?? 1) * (to?.length ?? 1), 0);
    if (pairs > mostPairs)
      policy
        .child('allow')
        .fail(
          'SCENARIO_LIMIT',
          `these rules allow ${pairs} pairs of containers; the limit is ${mostPairs}`,
          'write * for one of the sides',
        );
    planned.set(network, { allow, at: context.locate(policy.pointer) });
  }
  return planned;
}

function planRule(node: DocumentNode, network: string, context: PolicyContext): readonly AllowedEdge[] {
  const text = node.text();
  if (text === undefined) return [];
  const rule = parseRule(text);
  const problem = isProblem(rule) ? rule : problemOfRule(rule, network, standingsTo(network, context));
  if (problem !== undefined) node.fail(problem.code, problem.message, problem.hint);
  if (problem !== undefined || isProblem(rule)) return [];
  const [from, to] = [containersOf(rule.from, context), containersOf(rule.to, context)];
  // A service that does not run today has nobody to open anything.
  if (from?.length === 0 || to?.length === 0) return [];
  const { protocol, port } = rule;
  return [
    {
      ...optionalKey('from', from),
      ...optionalKey('to', to),
      protocol,
      ...optionalKey('port', port),
      at: context.locate(node.pointer),
    },
  ];
}

/** Undefined for everyone. */
function containersOf({ text }: RuleWord, { scales }: PolicyContext): readonly string[] | undefined {
  if (text === everyone) return undefined;
  const { service, index } = serviceOfWord(text);
  const containers = instancesOf(service, scales).map(({ container }) => container);
  return index === undefined ? containers : containers.slice(index - 1, index);
}

/** A service that does not run stands well with every network: nothing comes of its rules. */
function standingsTo(network: string, { services, scales }: PolicyContext): ReadonlyMap<string, Standing> {
  const standings = new Map<string, Standing>();
  for (const [name, scale] of scales) if (scale === 0) standings.set(name, { on: 'this network' });
  for (const { name, instanceOf, container } of services) {
    const service = instanceOf ?? name;
    const scale = scales.get(service) ?? 1;
    standings.set(service, { on: placeOf(container.network, network), scale });
  }
  return standings;
}

function placeOf(own: ServicePlan['container']['network'], network: string): Standing['on'] {
  if (own.kind === 'none') return 'no network';
  if (own.kind === 'shared') return { networkOf: own.container };
  return own.attachments.some((one) => one.network === network) ? 'this network' : 'other networks';
}
