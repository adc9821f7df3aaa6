import type { Dependency, ServicePlan } from '../../../core/plan.ts';
import type { DocumentNode } from '../document-node.ts';
import { optionalKey } from '../optional-key.ts';
import { instancesOf } from './instance-names.ts';
import { orderServices } from './order-services.ts';
import { parseDependsOn } from './parse-depends-on.ts';
import { parseExpose } from './parse-expose.ts';
import { parsePorts } from './parse-ports.ts';
import { planContainer, type ServiceContext } from './plan-container.ts';
import { isTurnedOff, planReady } from './plan-ready.ts';
import { readPlatform } from './read-platform.ts';

/** All containers of the scenario's services, each after what it depends on. */
export function planServices(services: DocumentNode, context: ServiceContext): readonly ServicePlan[] {
  const declared = services.entries().filter(([name]) => context.scales.get(name) !== 0);
  const awaited = new Map<string, Set<Dependency['condition']>>();
  const drafts = declared.map(([name, node]) => {
    const dependsOn = parseDependsOn(node, context.scales);
    for (const { service, condition } of dependsOn) {
      awaited.set(service, (awaited.get(service) ?? new Set()).add(condition));
    }
    return { name, node, dependsOn };
  });
  const order = orderServices(drafts);
  if (order.kind === 'cycle') {
    const [first = ''] = order.names;
    services.child(first).fail('SCENARIO_CYCLE', `services depend on each other: ${order.names.join(' → ')}`);
    return [];
  }
  checkPublishedOnce(declared, context);
  checkContainersOnce(declared, context);
  return order.services.flatMap((draft) => planService(draft, awaited.get(draft.name) ?? new Set(), context));
}

interface Draft {
  readonly name: string;
  readonly node: DocumentNode;
  readonly dependsOn: readonly Dependency[];
}

function planService(
  { name, node, dependsOn }: Draft,
  awaited: ReadonlySet<Dependency['condition']>,
  context: ServiceContext,
): readonly ServicePlan[] {
  const [build, written] = [node.child('build'), node.child('image')];
  const image = build.present
    ? context.images.requestBuild(build, written, name)
    : context.images.requestFor(written);
  if (!written.present && !build.present)
    node.fail('SCENARIO_MISSING_KEY', `service \`${name}\` has no \`image\``);
  if (image !== undefined) context.images.setPull(image, node.child('pull_policy'));
  const ready = planReady(node, image, awaited.has('service_healthy'), context);
  // Something that is waited for until it has completed is one that should end, and well.
  const completes = awaited.has('service_completed_successfully');
  const exits = node.child('exits').value ?? (completes ? 0 : undefined);
  const { restart, maxRestarts } = parseRestart(node.child('restart'));
  return instancesOf(name, context.scales).map((instance) => ({
    name: instance.name,
    ...optionalKey('instanceOf', instance.instanceOf),
    at: context.scenario.locate(node.pointer),
    image: image ?? '',
    // A service that does not run is waited for by nobody.
    dependsOn: dependsOn.flatMap((dependency) =>
      instancesOf(dependency.service, context.scales).map(({ name: service }) => ({
        ...dependency,
        service,
      })),
    ),
    ...optionalKey('ready', ready),
    ...(isTurnedOff(node.child('healthcheck')) ? { healthcheckOff: true } : {}),
    ...optionalKey('exits', exits),
    restart,
    ...optionalKey('maxRestarts', maxRestarts),
    ...optionalKey('platform', readPlatform(node.child('platform'))),
    ...optionalKey('exposes', parseExpose(node.child('expose'))),
    container: planContainer(node, instance, context),
  }));
}

function parseRestart(node: DocumentNode): Pick<ServicePlan, 'restart' | 'maxRestarts'> {
  const text = node.text() ?? 'no';
  const [policy, count] = text.split(':');
  // Docker: a maximum of 0 is none (moby, restartmanager).
  const maxRestarts = count === undefined || Number(count) === 0 ? undefined : Number(count);
  if (policy === 'on-failure') return { restart: policy, ...optionalKey('maxRestarts', maxRestarts) };
  if (count === undefined && (policy === 'no' || policy === 'always' || policy === 'unless-stopped')) {
    return { restart: policy };
  }
  node.fail(
    'SCENARIO_WRONG_VALUE',
    `\`${text}\` is no restart policy`,
    'write "no", always, on-failure or unless-stopped',
  );
  return { restart: 'no' };
}

/** Two services cannot have the same port of this machine. */
function checkPublishedOnce(
  declared: readonly (readonly [string, DocumentNode])[],
  context: ServiceContext,
): void {
  const holders = new Map<string, string>();
  for (const [name, node] of declared) {
    const ports = instancesOf(name, context.scales).flatMap((instance) =>
      parsePorts(node.child('ports'), instance, context.options.allow.publish),
    );
    for (const port of ports) {
      if (port.hostPort === 0) continue;
      const socket = `${port.hostAddress} ${port.hostPort}/${port.protocol}`;
      const holder = holders.get(socket);
      if (holder !== undefined) {
        node
          .child('ports')
          .fail('SCENARIO_CONFLICT', `port ${port.hostPort} is already published by \`${holder}\``);
      }
      holders.set(socket, name);
    }
  }
}

/** A service `web-1` would be the first container of a scaled `web`. */
function checkContainersOnce(
  declared: readonly (readonly [string, DocumentNode])[],
  context: ServiceContext,
): void {
  const holders = new Map<string, string>();
  for (const [name, node] of declared) {
    for (const { container } of instancesOf(name, context.scales)) {
      const holder = holders.get(container);
      if (holder !== undefined) {
        node.fail(
          'SCENARIO_CONFLICT',
          `\`${name}\` and \`${holder}\` would both have a container \`${container}\``,
        );
      }
      holders.set(container, name);
    }
  }
}
