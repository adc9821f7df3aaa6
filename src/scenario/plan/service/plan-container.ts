import { defaultContainer } from '../../../core/container-defaults.ts';
import type { ContainerTemplate } from '../../../core/plan.ts';
import type { Scenario } from '../../../core/scenario.ts';
import type { DocumentNode } from '../document-node.ts';
import type { ImageBook } from '../image/image-book.ts';
import { optionalKey } from '../optional-key.ts';
import type { PlanOptions } from '../plan-options.ts';
import { canonicalSignal } from '../signal-name.ts';
import type { Instance } from './instance-names.ts';
import { parseLabels } from './parse-assignments.ts';
import { parseCommand } from './parse-command.ts';
import { parseDevices } from './parse-devices.ts';
import { parseExtraHosts } from './parse-extra-hosts.ts';
import { parseLimits } from './parse-limits.ts';
import { parseMounts } from './parse-mounts.ts';
import { parsePorts } from './parse-ports.ts';
import { parseSysctls } from './parse-sysctls.ts';
import { planEnvironment } from './plan-environment.ts';
import { planFiles } from './plan-files.ts';
import { type NetworkContext, parseDns, planNetworkOfService } from './plan-network-of-service.ts';
import { planConfinement } from './plan-process.ts';

export interface ServiceContext extends NetworkContext {
  readonly scenario: Scenario;
  readonly images: ImageBook;
  readonly options: PlanOptions;
  readonly volumes: ReadonlySet<string>;
  readonly configs: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
}

/** One container of a service, with all that the file says about it and the defaults for the rest. */
export function planContainer(
  service: DocumentNode,
  instance: Instance,
  context: ServiceContext,
): ContainerTemplate {
  const { options } = context;
  const defaults = defaultContainer(instance.container);
  const network = planNetworkOfService(service, instance, context);
  return {
    ...defaults,
    ...planConfinement(service, defaults, options),
    ...planImageOverrides(service),
    hostname: hostname(service.child('hostname'), instance),
    domainname: service.child('domainname').text() ?? '',
    readOnlyRoot: service.child('read_only').boolean() ?? false,
    ...optionalKey('writableBytes', service.child('storage_opt').child('size').sizeBytes()),
    environment: planEnvironment(service, options),
    init: service.child('init').boolean() ?? true,
    mounts: planMounts(service, instance, context),
    network,
    ports: parsePorts(service.child('ports'), instance, options.allow.publish),
    limits: parseLimits(service),
    sysctls: parseSysctls(service.child('sysctls'), network.kind === 'shared'),
    devices: parseDevices(service.child('devices'), options.allow),
    extraHosts: parseExtraHosts(service.child('extra_hosts')),
    dns: parseDns(service.child('dns'), network, context.networks),
    shmBytes: service.child('shm_size').sizeBytes() ?? defaults.shmBytes,
    stopGraceMs: service.child('stop_grace_period').durationMs() ?? defaults.stopGraceMs,
    labels: parseLabels(service.child('labels')),
    annotations: parseLabels(service.child('annotations')),
  };
}

type ImageOverrides = Pick<
  ContainerTemplate,
  'entrypoint' | 'command' | 'workingDir' | 'user' | 'stopSignal'
>;

/** What the image supplies where the service says nothing. */
function planImageOverrides(service: DocumentNode): ImageOverrides {
  return {
    ...optionalKey('entrypoint', parseCommand(service.child('entrypoint'))),
    ...optionalKey('command', parseCommand(service.child('command'))),
    ...optionalKey('workingDir', readAbsolutePath(service.child('working_dir'))),
    ...optionalKey('user', service.child('user').scalarText()),
    ...optionalKey('stopSignal', readSignal(service.child('stop_signal'))),
  };
}

function planMounts(
  service: DocumentNode,
  instance: Instance,
  context: ServiceContext,
): ContainerTemplate['mounts'] {
  const { options, volumes, configs, secrets } = context;
  const mounts = [
    ...parseMounts(service, { options, volumes, container: instance.container }),
    ...planFiles(service.child('configs'), configs, '/'),
    ...planFiles(service.child('secrets'), secrets, '/run/secrets/'),
  ];
  const targets = new Set<string>();
  for (const { target } of mounts) {
    if (targets.has(target))
      service.fail('SCENARIO_CONFLICT', `two mounts of \`${service.key}\` on \`${target}\``);
    targets.add(target);
  }
  return mounts;
}

/** sethostname(2) takes 64 bytes. */
function hostname(node: DocumentNode, instance: Instance): string {
  const text = node.text() ?? instance.container;
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(text)) {
    node.fail(
      'SCENARIO_WRONG_VALUE',
      `\`${text}\` is no host name`,
      'use letters, digits, - and ., at most 64',
    );
  }
  return text;
}

function readAbsolutePath(node: DocumentNode): string | undefined {
  const text = node.text();
  if (text !== undefined && !text.startsWith('/')) {
    node.fail('SCENARIO_WRONG_VALUE', `\`${text}\` is no absolute path`);
  }
  return text;
}

function readSignal(node: DocumentNode): string | undefined {
  const text = node.scalarText();
  if (text === undefined) return undefined;
  const signal = canonicalSignal(text);
  if (signal === '')
    node.fail('SCENARIO_WRONG_VALUE', `\`${text}\` is no signal`, 'write for example SIGTERM or 15');
  return signal === '' ? undefined : signal;
}
