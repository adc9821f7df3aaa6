// `npm run soak [TIME]` (5m; `90s`, `2h`): one process that opens sandboxes and runs scenarios over and over, must not grow and must
// leave nothing, as the separate census sees it; and then 200 runners that are killed at random moments
// (spec/engine/linux/teardown; MAYFLY_KILLS and MAYFLY_KILL_SEED choose others).
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundle, root } from './bundle.mjs';

const units = { s: 1_000, m: 60_000, h: 3_600_000 };
const [, count, unit] = /^(\d+)([smh])$/.exec(process.argv[2] ?? '5m') ?? [];
if (count === undefined) {
  console.error('soak [TIME]\n\n  TIME  how long, as 90s, 10m or 2h (5m)');
  process.exit(2);
}
const file = bundle('soak-rounds');
const folder = mkdtempSync(join(tmpdir(), 'mayfly-soak-'));
try {
  const isSteady = runRounds(Number(count) * units[unit]);
  process.exitCode = isSteady && runKills(process.env.MAYFLY_KILLS ?? '200') ? 0 : 1;
} finally {
  rmSync(file, { force: true });
  rmSync(folder, { recursive: true, force: true });
}

/** In a process of its own, so that what it leaves has no living parent; the census looks when it has ended. */
function runRounds(forMs) {
  const census = join(root, 'tools/census');
  const places = ['--store', join(folder, 'store'), '--state', join(folder, 'state'), '--tmp', folder];
  const before = join(folder, 'before.json');
  writeFileSync(before, execFileSync('node', [census, 'snapshot', ...places]));
  const code = `const { soak } = await import(${JSON.stringify(pathToFileURL(file).href)});
    process.exitCode = await soak(${JSON.stringify({ root, folder, forMs })});`;
  const rounds = spawnSync('node', ['--expose-gc', '--input-type=module', '-e', code], { stdio: 'inherit' });
  const after = spawnSync('node', [census, 'compare', before, '--wait', '10', ...places], {
    encoding: 'utf8',
  });
  console.log(`census: ${after.stdout.trim()}`);
  return rounds.status === 0 && after.status === 0;
}

function runKills(kills) {
  if (kills === '0') return true;
  const spec = 'spec/engine/linux/teardown/kill-moments.linux.spec.ts';
  const env = { ...process.env, MAYFLY_KILLS: kills };
  return spawnSync('npx', ['vitest', 'run', spec], { cwd: root, stdio: 'inherit', env }).status === 0;
}
