import { test } from 'vitest';
import { readFileSync } from 'node:fs';
import { loadScenarios } from '/work/main/src/scenario/load/load-scenarios.ts';
import { renderError } from '/work/main/src/core/mayfly-error.ts';
test('x', () => {
  const f = process.env['F']!;
  const r = loadScenarios(f.split('/').at(-1)!, readFileSync(f, 'utf8'), { purpose: process.env['P'] === 'v' ? 'validate' : 'run' });
  console.log([...r.errors.map((e) => renderError(e)), ...r.warnings.map((e) => renderError(e, 'warning'))].join('\n\n'));
});
