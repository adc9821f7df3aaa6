import { MayflyError } from '../../core/mayfly-error.ts';

/** Sections (one for each scenario of a file and combination of its matrix) with the texts kept in each, by name. */
export type SnapshotTable = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** More than that is no text that a person reviews. */
export const snapshotFileBytes = 16 * 2 ** 20;

const header = '# Snapshots of Mayfly; `mayfly test --update` rewrites them.\n';

/**
 * The file as a person reviews it: sections and names in alphabetical order, texts of several lines as they are.
 * Undefined if nothing is kept.
 */
export async function renderSnapshots(table: SnapshotTable): Promise<string | undefined> {
  const sections = [...table].filter(([, texts]) => texts.size > 0).sort(byName);
  if (sections.length === 0) return undefined;
  const { dump } = await import('js-yaml');
  const plain = Object.fromEntries(
    sections.map(([section, texts]) => [section, Object.fromEntries([...texts].sort(byName))]),
  );
  return header + dump(plain, { lineWidth: -1, noRefs: true });
}

/** @throws MayflyError SNAPSHOT_INVALID */
export async function parseSnapshots(path: string, text: string | undefined): Promise<SnapshotTable> {
  if (text === undefined) return new Map();
  if (Buffer.byteLength(text) > snapshotFileBytes)
    throw invalid(path, `it is larger than the limit \`snapshotFileBytes\` of ${snapshotFileBytes} bytes`);
  const sections = Object.entries(mappingOf(path, await load(path, text)));
  return new Map(
    sections.map(([section, texts]) => [
      section,
      new Map(
        Object.entries(mappingOf(path, texts)).map(([name, kept]) => {
          if (typeof kept !== 'string') throw invalid(path, `\`${name}\` of \`${section}\` is no text`);
          return [name, kept];
        }),
      ),
    ]),
  );
}

async function load(path: string, text: string): Promise<unknown> {
  // The core schema would read `1` as a number; a snapshot is text whatever it looks like.
  const { FAILSAFE_SCHEMA, load: parse } = await import('js-yaml');
  try {
    return parse(text, { schema: FAILSAFE_SCHEMA });
  } catch (cause) {
    throw invalid(path, cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause));
  }
}

function mappingOf(path: string, value: unknown): object {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw invalid(path, 'it must be a mapping of mappings of texts');
}

function invalid(path: string, why: string): MayflyError {
  return new MayflyError('SNAPSHOT_INVALID', `${path} cannot be used: ${why}`);
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
