// `npm run soak [ROUNDS]`: one process that opens and closes many sandboxes and must not grow, and then 200 runners that are
// killed at random moments (spec/engine/linux/teardown; MAYFLY_KILLS and MAYFLY_KILL_SEED choose others).
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { bundle, root } from './bundle.mjs';

const rounds = Number(process.argv[2] ?? 100);
const file = bundle('soak-rounds');
let grown;
try {
  const { soak } = await import(pathToFileURL(file).href);
  grown = await soak(root, rounds);
} finally {
  rmSync(file, { force: true });
}
for (const each of grown) console.error(`soak: ${each}`);
const kills = process.env.MAYFLY_KILLS ?? '200';
const { status } =
  kills === '0'
    ? { status: 0 }
    : spawnSync('npx', ['vitest', 'run', 'spec/engine/linux/teardown/kill-moments.linux.spec.ts'], {
        cwd: root,
        stdio: 'inherit',
        env: { ...process.env, MAYFLY_KILLS: kills },
      });
process.exitCode = grown.length === 0 && status === 0 ? 0 : 1;
