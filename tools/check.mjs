// The gate, `npm run check`: types, linter and formatter, dead code, every test (the import rules are one), the example
// scenarios. Everything is tried, and what failed is told at the end. The last line counts: `N passed, N failed, N skipped`.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { explainSkips } from './check-skips.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const results = mkdtempSync(join(tmpdir(), 'mayfly-check-'));
const counts = { passed: 0, failed: 0, skipped: 0 };
const failures = [];
const skips = [];

process.chdir(root);
try {
  await checkPart('build', 'node', ['tools/build.mjs']);
  await Promise.all([
    checkPart('types', 'npx', ['tsc', '--noEmit', '-p', '.']),
    checkPart('lint and format', 'npx', ['biome', 'check', '--error-on-warnings', '.']),
    checkPart('dead code', 'npx', ['knip']),
  ]);
  await runTests();
  await runScenarios();
  count(explainSkips(skips), 'skips as expected');
} finally {
  rmSync(results, { recursive: true, force: true });
}
for (const failure of failures) console.log(`failed: ${failure}`);
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode = counts.failed === 0 ? 0 : 1;

/** A part that passes or fails as a whole; its output is shown only when it fails. */
async function checkPart(name, command, args) {
  const { status, output } = await run(command, args, 'pipe');
  if (status !== 0) console.log(output);
  count(status === 0 ? [] : [`${command} ${args.join(' ')}`], name);
}

async function runTests() {
  const file = join(results, 'vitest.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const { status } = await run('npx', ['vitest', 'run', ...reporters], 'inherit');
  const report = readJson(file);
  if (report === undefined) return count(['vitest gave no report'], 'tests');
  for (const { name, status: outcome, message, assertionResults } of report.testResults) {
    const spec = relative(root, name);
    if (outcome === 'failed' && assertionResults.length === 0)
      count([`${spec}: ${message.split('\n', 1)[0]}`], spec);
    for (const { status, fullName } of assertionResults) countOutcome(status, `${spec} > ${fullName}`);
  }
  if (status !== 0 && counts.failed === 0) count(['vitest ended with an error outside of any test'], 'tests');
}

/** Without those tagged `manual`; spec/cli runs them and knows how they fail. */
async function runScenarios() {
  const file = join(results, 'scenarios.json');
  await run('node', ['dist/mayfly.js', 'test', 'scenarios', '--report', `json=${file}`], 'inherit');
  const report = readJson(file);
  if (report === undefined) return count(['the scenarios gave no report'], 'scenarios');
  for (const { id, outcome } of report.scenarios) countOutcome(outcome, id);
}

function countOutcome(outcome, name) {
  if (outcome === 'passed') counts.passed += 1;
  else if (['skipped', 'pending', 'todo', 'disabled'].includes(outcome)) {
    counts.skipped += 1;
    skips.push(name);
  } else count([`${name} (${outcome})`], name);
}

function count(problems, name) {
  if (problems.length === 0) {
    counts.passed += 1;
    return;
  }
  counts.failed += 1;
  failures.push(...problems.map((problem) => (problem.startsWith(name) ? problem : `${name}: ${problem}`)));
}

function run(command, args, stdio) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      stdio: ['ignore', stdio, stdio],
      env: { ...process.env, FORCE_COLOR: '0' },
    });
    let output = '';
    child.stdout?.on('data', (chunk) => (output += chunk));
    child.stderr?.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => resolve({ status: 1, output: error.message }));
    child.on('close', (status) => resolve({ status: status ?? 1, output }));
  });
}

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
