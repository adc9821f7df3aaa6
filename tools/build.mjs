// Builds dist/: the launchers (C, static) and the bundled command. `npm ci` runs it through `prepare`.
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');
const launcherSource = join(root, 'src/engine/linux/launcher');

const warnings = [
  '-std=gnu11',
  '-Wall',
  '-Wextra',
  '-Werror',
  '-Wshadow',
  '-Wconversion',
  '-Wno-sign-conversion',
];
const hardening = [
  '-D_FORTIFY_SOURCE=2',
  '-fstack-protector-strong',
  '-fPIE',
  '-static-pie',
  '-Wl,-z,relro,-z,now,-z,noexecstack',
];

/** Node's name for the machine → the compilers that can make its launcher, best first. */
const compilers = {
  x64: process.arch === 'x64' ? ['cc', 'gcc'] : ['x86_64-linux-gnu-gcc'],
  arm64: process.arch === 'arm64' ? ['cc', 'gcc'] : ['aarch64-linux-gnu-gcc'],
};

const present = (command) => spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0;

function sources() {
  return readdirSync(launcherSource)
    .filter((name) => name.endsWith('.c'))
    .sort()
    .map((name) => join(launcherSource, name));
}

function isUpToDate(target) {
  if (!existsSync(target)) return false;
  const built = statSync(target).mtimeMs;
  return readdirSync(launcherSource).every((name) => statSync(join(launcherSource, name)).mtimeMs < built);
}

function buildLauncher(arch) {
  const target = join(dist, `launcher-linux-${arch}`);
  if (isUpToDate(target)) return;
  const compiler = compilers[arch].find(present);
  if (compiler === undefined) {
    if (arch === process.arch) console.error(`mayfly: no C compiler (cc): ${target} is not built`);
    return;
  }
  execFileSync(compiler, [...warnings, '-Os', ...hardening, '-s', '-o', target, ...sources()], {
    stdio: 'inherit',
  });
  chmodSync(target, 0o755);
}

/** In an installed package there are no sources: everything is in dist/ already. */
if (existsSync(launcherSource)) {
  mkdirSync(dist, { recursive: true });
  if (process.platform === 'linux') for (const arch of Object.keys(compilers)) buildLauncher(arch);
  const { buildCommand } = await import('./build-command.mjs');
  await buildCommand(root, dist);
}
