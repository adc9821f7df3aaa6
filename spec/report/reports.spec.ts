import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { isReportName, loadReport, reportNames } from '../../src/report/reports.ts';

const folder = fileURLToPath(new URL('../../src/report/', import.meta.url));

describe('the table of reports', () => {
  test('every report is registered under its own name', async () => {
    expect(reportNames).toEqual(['table', 'json', 'ndjson', 'junit']);
    for (const name of reportNames) {
      if (!isReportName(name)) throw new Error(name);
      expect((await loadReport(name)).name).toBe(name);
    }
  });

  test('every file of a report is registered', () => {
    const files = readdirSync(folder).filter((file) => file.endsWith('-report.ts'));
    expect(files.sort()).toEqual(reportNames.map((name) => `${name}-report.ts`).sort());
  });

  test.each(['table ', 'toString', '__proto__', ''])('"%s" is no report', (name) => {
    expect(isReportName(name)).toBe(false);
  });

  test('only the table loads cli-table3: a run without it does not wait for it', async () => {
    const without = ['summarize', 'live-view', 'plain-lines', 'reports', 'render-errors', 'render-doctor'];
    const loads = await Promise.all(
      without.map(async (name) => ({ name, packages: await staticPackages(join(folder, `${name}.ts`)) })),
    );
    for (const { name, packages } of loads) expect(packages, name).not.toContain('cli-table3');
    expect(await staticPackages(join(folder, 'table-report.ts'))).toContain('cli-table3');
  });
});

/** The packages that importing a file brings in at once, by way of whatever it imports. */
async function staticPackages(file: string): Promise<readonly string[]> {
  const { metafile } = await build({
    entryPoints: [file],
    bundle: true,
    write: false,
    metafile: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    splitting: true,
    outdir: 'unused',
    logLevel: 'silent',
  });
  const found: string[] = [];
  const seen = new Set<string>();
  const entry = Object.keys(metafile.inputs).find((input) => file.endsWith(input));
  const queue = entry === undefined ? [] : [entry];
  for (const input of queue) {
    if (seen.has(input)) continue;
    seen.add(input);
    for (const imported of metafile.inputs[input]?.imports ?? []) {
      if (imported.kind === 'dynamic-import') continue;
      if (imported.external === true) found.push(imported.path);
      else queue.push(imported.path);
    }
  }
  return found;
}
