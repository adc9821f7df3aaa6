// What a machine holds that a run of Mayfly might leave behind, and what of it is left. Shares no code with src/, so
// that a mistake there cannot hide itself here.
//
//   node tools/census snapshot > before.json
//   … run something …
//   node tools/census compare before.json      exit 1 and a list if something is left
//
// What counts as left: see compare.js. `--wait SECONDS` (2) is how long the kernel gets to finish taking things away.
// `--within NAME` counts only control groups with NAME in their path. `--store DIR`, `--state DIR` and `--tmp DIR` say where to
// look for files; by default where Mayfly of this user keeps them.
import { readFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { compare } from './compare.js';
import { takeSnapshot } from './snapshot.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    wait: { type: 'string', default: '2' },
    within: { type: 'string', default: '' },
    store: { type: 'string', default: defaultStore() },
    state: { type: 'string', default: defaultState() },
    tmp: { type: 'string', default: tmpdir() },
  },
});
const [action, file] = positionals;
const pollMs = 50;

if (action === 'snapshot') process.stdout.write(`${JSON.stringify(takeSnapshot(values))}\n`);
else if (action === 'compare' && file !== undefined) process.exitCode = await compareWith(file);
else {
  process.stderr.write(
    'usage: node tools/census snapshot > FILE; node tools/census compare FILE [--wait SECONDS]\n',
  );
  process.exitCode = 2;
}

async function compareWith(path) {
  const before = JSON.parse(readFileSync(path, 'utf8'));
  const deadline = Date.now() + Number(values.wait) * 1000;
  for (;;) {
    const left = compare(before, takeSnapshot(values));
    if (left.length === 0) {
      process.stdout.write('nothing is left\n');
      return 0;
    }
    if (Date.now() >= deadline) {
      process.stdout.write(left.map(({ kind, what }) => `${kind.padEnd(9)}  ${what}\n`).join(''));
      return 1;
    }
    await sleep(pollMs);
  }
}

function defaultStore() {
  const { MAYFLY_STORE, XDG_DATA_HOME } = process.env;
  if (MAYFLY_STORE) return MAYFLY_STORE;
  return process.getuid() === 0
    ? '/var/lib/mayfly'
    : join(XDG_DATA_HOME || join(homedir(), '.local/share'), 'mayfly');
}

function defaultState() {
  const { MAYFLY_STATE, XDG_STATE_HOME } = process.env;
  if (MAYFLY_STATE) return MAYFLY_STATE;
  return process.getuid() === 0
    ? '/var/lib/mayfly/state'
    : join(XDG_STATE_HOME || join(homedir(), '.local/state'), 'mayfly');
}
