import type { CasePlan, RunPlan, ScenarioPlan } from '../core/plan.ts';
import { renderDuration } from '../core/units.ts';
import { type Cell, renderBorderlessTable } from './borderless-table.ts';
import { displayWidth, padEnd, wrap } from './display-width.ts';
import { createPalette, type Palette } from './palette.ts';
import { renderImageSource, renderNetwork, renderVolume } from './plan-parts.ts';
import { countOf, renderPrintable, renderPrintableText } from './printable.ts';
import { renderServicesTable } from './render-plan-services.ts';
import { renderShardOf } from './render-shard.ts';
import type { RenderOptions } from './report.ts';
import { renderScenarioName } from './scenario-name.ts';

/** What `mayfly plan` shows: what would happen, nothing of it done. Values of secrets are not in it. */
export function renderPlan(plan: RunPlan, options: RenderOptions): string {
  const palette = createPalette(options.color);
  const columns = Math.min(140, Math.max(40, options.columns));
  const count = countOf(plan.scenarios.length, 'scenario');
  const skipped = plan.scenarios.filter((scenario) => scenario.skip !== undefined).length;
  const total = [
    count,
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
    `seed ${plan.seed}`,
    ...(plan.shard === undefined ? [] : [renderShardOf(plan.shard)]),
  ];
  const scenarios = plan.scenarios.map((scenario) => renderScenario(scenario, palette, columns));
  return `${[...scenarios, total.join(palette.dim(' · '))].join('\n\n')}\n`;
}

function renderScenario(plan: ScenarioPlan, palette: Palette, columns: number): string {
  const sections = [
    renderResources(plan, palette),
    ...(plan.services.length === 0 ? [] : [renderServicesTable(plan.services, palette, columns - 2)]),
    renderSteps(plan, palette, columns - 2),
  ].filter((section) => section !== '');
  const body = sections.flatMap((section) => ['', ...section.split('\n')]);
  return [...renderHeading(plan, palette, columns - 2), ...body]
    .map((line, index) => (index === 0 || line === '' ? line : `  ${line}`))
    .join('\n');
}

function renderHeading(plan: ScenarioPlan, palette: Palette, columns: number): readonly string[] {
  const facts = [
    plan.file,
    ...(plan.tags.length > 0 ? [`tags ${plan.tags.join(', ')}`] : []),
    `time-out ${renderDuration(plan.timeoutMs)}`,
    ...(plan.retries > 0 ? [plan.retries === 1 ? '1 retry' : `${plan.retries} retries`] : []),
    ...(plan.requires.length > 0 ? [`needs ${plan.requires.join(', ')}`] : []),
  ];
  return [
    palette.bold(renderScenarioName(plan)),
    ...wrap(renderPrintable(facts.join(' · ')), columns).map(palette.dim),
    ...(plan.skip === undefined ? [] : [palette.yellow(`skipped: ${renderPrintable(plan.skip)}`)]),
    ...(plan.description === '' ? [] : wrap(renderPrintableText(plan.description), columns)),
  ];
}

function renderResources(plan: ScenarioPlan, palette: Palette): string {
  return [
    ...renderGroup(
      'images',
      plan.images.map((image) => [image.name, renderImageSource(image.source)]),
      palette,
    ),
    ...renderGroup(
      'networks',
      plan.networks.map((network) => [network.name, renderNetwork(network)]),
      palette,
    ),
    ...renderGroup(
      'volumes',
      plan.volumes.map((volume) => [volume.name, renderVolume(volume)]),
      palette,
    ),
  ].join('\n');
}

function renderGroup(
  title: string,
  entries: readonly (readonly [name: string, what: string])[],
  palette: Palette,
): readonly string[] {
  const printable = entries.map(([name, what]) => [renderPrintable(name), renderPrintable(what)] as const);
  const width = Math.max(0, ...printable.map(([name]) => displayWidth(name)));
  return printable.map(([name, what], index) => {
    const head = index === 0 ? palette.dim(title.padEnd(10)) : ' '.repeat(10);
    return what === '' ? `${head}${name}` : `${head}${padEnd(name, width)}  ${palette.dim(what)}`;
  });
}

function caseRow({ name, at }: CasePlan, index: number, palette: Palette): readonly Cell[] {
  return [
    { text: String(index + 1), paint: palette.dim },
    { text: renderPrintable(name), paint: palette.bold },
    { text: 'case', paint: palette.cyan },
    { text: '' },
    { text: `${at.line}:${at.column}`, paint: palette.dim },
  ];
}

function renderSteps(plan: ScenarioPlan, palette: Palette, columns: number): string {
  const row = (step: ScenarioPlan['steps'][number], number: string): readonly Cell[] => [
    { text: number, paint: palette.dim },
    { text: renderPrintable(step.name) },
    { text: step.kind, paint: palette.cyan },
    { text: renderPrintable(step.in ?? step.image ?? ''), paint: palette.dim },
    { text: `${step.at.line}:${step.at.column}`, paint: palette.dim },
  ];
  // What a step holds has numbers below its own.
  const withInner = (step: ScenarioPlan['steps'][number], number: string): readonly (readonly Cell[])[] => [
    row(step, number),
    ...(step.steps ?? []).flatMap((inner, index) => withInner(inner, `${number}.${index + 1}`)),
  ];
  const rows = [
    ...plan.steps.flatMap((step, index) =>
      withInner(step, plan.cases === undefined ? String(index + 1) : 'setup'),
    ),
    ...(plan.cases ?? []).flatMap((one, index) => [
      caseRow(one, index, palette),
      ...one.steps.flatMap((step, inside) => withInner(step, `${index + 1}.${inside + 1}`)),
    ]),
    ...plan.finally.flatMap((step) => withInner(step, 'finally')),
  ];
  if (rows.length === 0) return '';
  const head = [
    { title: '#' },
    { title: 'step', shrinksTo: 16 },
    { title: 'kind' },
    { title: 'in', shrinksTo: 8 },
    { title: 'at' },
  ];
  return renderBorderlessTable(head, rows, { columns, paintHead: palette.dim });
}
