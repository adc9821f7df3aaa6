import type { MountSpec, ResourceLimits } from '../../core/container.ts';
import type { ImageSource } from '../../core/image.ts';
import type { Json } from '../../core/json.ts';
import type { CasePlan, ReadyCondition, ScenarioPlan, ServicePlan } from '../../core/plan.ts';
import type { Step } from '../../core/scenario.ts';
import { renderLocation } from '../../core/source-location.ts';

/** A plan as data for people: what `mayfly plan` shows as a table or as JSON. Still to be masked (language.md R8). */
export interface PlanSummary {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly matrix: Readonly<Record<string, Json>>;
  readonly timeoutMs: number;
  readonly retries: number;
  readonly images: readonly { readonly name: string; readonly source: string }[];
  readonly networks: readonly NetworkSummary[];
  readonly volumes: readonly string[];
  /** In an order in which each comes after what it depends on. */
  readonly services: readonly ServiceSummary[];
  /** With `cases`: those of `setup`. */
  readonly steps: readonly StepSummary[];
  readonly cases?: readonly {
    readonly name: string;
    readonly at: string;
    readonly steps: readonly StepSummary[];
  }[];
  readonly finally: readonly StepSummary[];
}

interface NetworkSummary {
  readonly name: string;
  readonly subnets: readonly string[];
  readonly egress: boolean;
  /** Names of services. */
  readonly members: readonly string[];
}

interface ServiceSummary {
  readonly name: string;
  readonly image: string;
  readonly command: string;
  readonly dependsOn: readonly string[];
  /** `port 5432 and log …`; empty if it counts as ready once started. */
  readonly ready: string;
  /** `127.0.0.1:8080 → 80/tcp`. */
  readonly ports: readonly string[];
  readonly mounts: readonly string[];
  readonly limits: ResourceLimits;
  readonly restart: ServicePlan['restart'];
  /** `8080/tcp`. */
  readonly exposes: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

interface StepSummary {
  readonly name: string;
  readonly kind: string;
  readonly in: string;
  readonly at: string;
  readonly expects: readonly string[];
  /** Those that it holds. */
  readonly steps?: readonly StepSummary[];
}

export function describePlan(plan: ScenarioPlan): PlanSummary {
  const { id, name, description, tags, matrix, timeoutMs, retries } = plan;
  return {
    id,
    name,
    description,
    tags,
    matrix,
    timeoutMs,
    retries,
    images: plan.images.map((image) => ({ name: image.name, source: describeSource(image.source) })),
    networks: plan.networks.map((network) => ({
      name: network.name,
      subnets: [network.subnet4, network.subnet6].filter((subnet) => subnet !== undefined),
      egress: network.egress,
      members: plan.services
        .filter((service) => isMember(service, network.name))
        .map((service) => service.name),
    })),
    volumes: plan.volumes.map((volume) => volume.name),
    services: plan.services.map(describeService),
    steps: plan.steps.map(describeStep),
    ...(plan.cases === undefined ? {} : { cases: plan.cases.map(describeCase) }),
    finally: plan.finally.map(describeStep),
  };
}

function isMember(service: ServicePlan, network: string): boolean {
  const own = service.container.network;
  return own.kind === 'attached' && own.attachments.some((attachment) => attachment.network === network);
}

function describeSource(source: ImageSource): string {
  switch (source.kind) {
    case 'host':
      return `host: ${[...source.programs, ...source.files].join(', ')}`;
    case 'registry':
      return source.reference;
    case 'rootfs':
      return `rootfs: ${source.path}`;
    case 'archive':
    case 'oci':
      return `${source.kind}: ${source.path}${source.reference === undefined ? '' : ` (${source.reference})`}`;
    case 'build':
      return `build: ${String(source.options.context)}`;
    case 'debian':
      return source.kind;
  }
}

function describeService(service: ServicePlan): ServiceSummary {
  const { container } = service;
  return {
    name: service.name,
    image: service.image,
    command: [...(container.entrypoint ?? []), ...(container.command ?? [])].join(' '),
    dependsOn: service.dependsOn.map((dependency) => dependency.service),
    ready: service.ready === undefined ? '' : describeCondition(service.ready.condition),
    ports: container.ports.map(
      ({ hostAddress, hostPort, containerPort, protocol }) =>
        `${hostAddress.includes(':') ? `[${hostAddress}]` : hostAddress}:${hostPort === 0 ? 'any' : hostPort} → ${containerPort}/${protocol}`,
    ),
    mounts: container.mounts.map(describeMount),
    limits: container.limits,
    restart: service.restart,
    exposes: (service.exposes ?? []).map(({ port, protocol }) => `${port}/${protocol}`),
    labels: container.labels,
    annotations: container.annotations,
  };
}

function describeCondition(condition: ReadyCondition): string {
  if (condition.kind === 'all' || condition.kind === 'any') {
    const parts = condition.of.map((one) =>
      one.kind === 'all' || one.kind === 'any' ? `(${describeCondition(one)})` : describeCondition(one),
    );
    return parts.join(condition.kind === 'all' ? ' and ' : ' or ');
  }
  const { kind, value } = condition;
  return kind === 'healthcheck'
    ? kind
    : `${kind} ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`;
}

function describeMount(mount: MountSpec): string {
  const mode = mount.kind !== 'file' && mount.readOnly ? ' (read-only)' : '';
  switch (mount.kind) {
    case 'volume':
      return `volume ${mount.volume} on ${mount.target}${mode}`;
    case 'bind':
      return `${mount.hostPath} on ${mount.target}${mode}`;
    case 'tmpfs':
      return `tmpfs on ${mount.target}${mode}`;
    case 'file':
      return `file ${mount.target}`;
  }
}

function describeCase({ name, at, steps }: CasePlan): NonNullable<PlanSummary['cases']>[number] {
  return { name, at: renderLocation(at), steps: steps.map(describeStep) };
}

function describeStep(step: Step): StepSummary {
  return {
    name: step.name,
    kind: step.kind,
    in: step.in ?? step.image ?? '',
    at: renderLocation(step.at),
    expects: Object.keys(step.expect ?? {}),
    ...(step.steps === undefined ? {} : { steps: step.steps.map(describeStep) }),
  };
}
