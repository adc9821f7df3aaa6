import type { HistoryEntry } from './build-config.ts';

/** Of the image that is built on, and for people: what is no history is left out. */
export function readHistory(configuration: Uint8Array): readonly HistoryEntry[] {
  const { history }: { readonly history?: unknown } = JSON.parse(Buffer.from(configuration).toString());
  return Array.isArray(history) ? history.flatMap(toEntry) : [];
}

function toEntry(entry: unknown): readonly HistoryEntry[] {
  if (typeof entry !== 'object' || entry === null) return [];
  const values = new Map<string, unknown>(Object.entries(entry));
  const text = (key: string): string => {
    const value = values.get(key);
    return typeof value === 'string' ? value : '';
  };
  return [
    {
      created: text('created'),
      created_by: text('created_by'),
      comment: text('comment'),
      ...(values.get('empty_layer') === true ? { empty_layer: true } : {}),
    },
  ];
}
