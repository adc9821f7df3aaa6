import type { JsonObject } from '../../core/json.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import { parseTemplate } from './parse-template.ts';
import { renderColumns } from './render-columns.ts';
import { renderTemplate } from './render-template.ts';
import { TemplateError } from './template-token.ts';

/** A column of a list: the field of a template, and what stands above it. */
export interface Column {
  readonly field: string;
  readonly title: string;
}

/**
 * A list as its command shows it, or as `--format` wants it: `table`, `json`, a template for each item, or `table` and a template
 * whose columns are told apart by `\t`.
 *
 * @throws MayflyError CLI_USAGE
 */
export function formatList(
  items: readonly JsonObject[],
  columns: readonly Column[],
  titles: Readonly<Record<string, string>>,
  format = 'table',
): string {
  if (format === 'json') return items.map((item) => `${JSON.stringify(item)}\n`).join('');
  if (format === 'table') {
    const rows = items.map((item) => columns.map(({ field }) => String(item[field] ?? '')));
    return renderColumns([columns.map(({ title }) => title), ...rows]);
  }
  const asTable = /^table\s+/.exec(format)?.[0];
  const template = format
    .slice(asTable?.length ?? 0)
    .replaceAll('\\t', '\t')
    .replaceAll('\\n', '\n');
  return usage(format, () => {
    const nodes = parseTemplate(template);
    const lines = items.map((item) => renderTemplate(nodes, item));
    if (asTable === undefined) return lines.map((line) => `${line}\n`).join('');
    const head = renderTemplate(nodes, titles);
    return renderColumns([head, ...lines].map((line) => line.split('\t')));
  });
}

/** One document by a template. @throws MayflyError CLI_USAGE */
export function formatDocument(document: JsonObject, format: string): string {
  if (format === 'json') return `${JSON.stringify(document)}\n`;
  return usage(format, () => `${renderTemplate(parseTemplate(format), document)}\n`);
}

function usage(format: string, render: () => string): string {
  try {
    return render();
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    throw new MayflyError('CLI_USAGE', `\`--format ${format}\`: ${error.message}`, {
      hint: 'docs/images.md says what a format may hold',
    });
  }
}
