import type { FeatureReport, HostReport } from '../core/host-feature.ts';
import { displayWidth, wrap } from './display-width.ts';
import { createPalette, type Palette } from './palette.ts';
import { countOf, renderPrintableText } from './printable.ts';
import type { RenderOptions } from './report.ts';

/** What `mayfly doctor` shows: each feature with what was seen; of a missing one what that costs and how to mend it. */
export function renderDoctor(report: HostReport, options: RenderOptions): string {
  const palette = createPalette(options.color);
  const nameColumns = Math.max(...report.features.map((feature) => feature.feature.length), 4);
  const columns = Math.min(110, Math.max(40, options.columns));
  const features = report.features.map((feature) => renderFeature(feature, nameColumns, columns, palette));
  const user = `${palette.dim('running as')} ${users[report.user]}`;
  return `${[user, features.flat().join('\n'), renderVerdict(report, palette)].join('\n\n')}\n`;
}

const users: Readonly<Record<HostReport['user'], string>> = {
  root: 'root: a locked id range for each sandbox',
  subids: 'an ordinary user with subordinate ids',
  'single-id': 'an ordinary user with one id: all owners inside a container are flattened to it',
};

function renderFeature(
  feature: FeatureReport,
  nameColumns: number,
  columns: number,
  palette: Palette,
): readonly string[] {
  const indent = nameColumns + 4;
  const paragraph = (label: string, text: string): readonly string[] =>
    text === '' ? [] : hang(label, renderPrintableText(text), indent, columns, palette);
  const mark = feature.available
    ? palette.green('✓')
    : feature.required
      ? palette.red('✗')
      : palette.yellow('○');
  const [first = '', ...rest] = wrap(renderPrintableText(feature.evidence), columns - indent);
  return [
    `${mark} ${palette.bold(feature.feature.padEnd(nameColumns))}  ${first}`.trimEnd(),
    ...rest.map((line) => ' '.repeat(indent) + line),
    ...(feature.available ? [] : [...paragraph('costs', feature.cost), ...paragraph('mend', feature.remedy)]),
  ];
}

/** A labelled paragraph whose further lines stand below its first word. */
function hang(
  label: string,
  text: string,
  indent: number,
  columns: number,
  palette: Palette,
): readonly string[] {
  const labelColumns = displayWidth('costs') + 2;
  const lines = wrap(text, Math.max(16, columns - indent - labelColumns));
  return lines.map((line, index) => {
    const head = index === 0 ? palette.dim(label.padEnd(labelColumns)) : ' '.repeat(labelColumns);
    return `${' '.repeat(indent)}${head}${line}`;
  });
}

function renderVerdict(report: HostReport, palette: Palette): string {
  const missing = report.features.filter((feature) => !feature.available);
  const blocking = missing.filter((feature) => feature.required);
  if (blocking.length > 0) {
    const names = blocking.map((feature) => feature.feature).join(', ');
    return palette.red(palette.bold(`scenarios cannot run here: ${names} missing`));
  }
  if (missing.length > 0) {
    return `${palette.green('scenarios can run here')}${palette.dim(`; ${countOf(missing.length, 'feature')} missing`)}`;
  }
  return palette.green('scenarios can run here; nothing is missing');
}
