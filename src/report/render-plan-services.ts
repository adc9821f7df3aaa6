import type { ContainerNetwork, ResourceLimits } from '../core/container.ts';
import type { ReadyCondition, ServicePlan } from '../core/plan.ts';
import { renderDuration, renderSize } from '../core/units.ts';
import { type Cell, renderBorderlessTable } from './borderless-table.ts';
import type { Palette } from './palette.ts';
import { renderPrintable } from './printable.ts';

/** The services of a plan in the order of their start. */
export function renderServicesTable(
  services: readonly ServicePlan[],
  palette: Palette,
  columns: number,
): string {
  const head = [
    { title: 'service', shrinksTo: 8 },
    { title: 'image', shrinksTo: 8 },
    { title: 'after', shrinksTo: 8 },
    { title: 'networks', shrinksTo: 8 },
    { title: 'ready when', shrinksTo: 10 },
    { title: 'limits', shrinksTo: 8 },
  ];
  const rows = services.map((service): readonly Cell[] => [
    { text: renderPrintable(service.name), paint: palette.bold },
    { text: renderPrintable(service.image) },
    { text: renderPrintable(service.dependsOn.map((dependency) => dependency.service).join(', ')) || '–' },
    { text: renderPrintable(renderNetworks(service.container.network)) || '–' },
    { text: renderReady(service) },
    { text: renderLimits(service.container.limits) || '–' },
  ]);
  return renderBorderlessTable(head, rows, { columns, paintHead: palette.dim });
}

function renderNetworks(network: ContainerNetwork): string {
  switch (network.kind) {
    case 'none':
      return 'none';
    case 'shared':
      return `that of ${network.container}`;
    case 'attached':
      return network.attachments.map((attachment) => attachment.network).join(', ');
  }
}

function renderReady(service: ServicePlan): string {
  if (service.ready !== undefined) {
    return `${renderCondition(service.ready.condition)} within ${renderDuration(service.ready.withinMs)}`;
  }
  return service.exits === undefined ? 'started' : 'ended';
}

function renderCondition(condition: ReadyCondition): string {
  switch (condition.kind) {
    case 'all':
      return condition.of.map(renderCondition).join(' and ');
    case 'any':
      return `(${condition.of.map(renderCondition).join(' or ')})`;
    default:
      return condition.kind;
  }
}

function renderLimits(limits: ResourceLimits): string {
  return [
    ...(limits.memoryBytes === undefined ? [] : [renderSize(limits.memoryBytes)]),
    ...(limits.pids === undefined ? [] : [`${limits.pids} pids`]),
    ...(limits.cpus === undefined ? [] : [`${limits.cpus} cpus`]),
  ].join(', ');
}
