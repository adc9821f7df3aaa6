import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { packageRoot } from '../cli/mayfly-process.ts';
import { describeAsRoot, describeRequiring } from '../requires.ts';

const folder = mkdtempSync(join(tmpdir(), 'package-spec-'));
let tarball: string;

beforeAll(() => {
  chmodSync(folder, 0o755);
  const output = execFileSync('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], {
    cwd: packageRoot,
    encoding: 'utf8',
  });
  tarball = join(folder, JSON.parse(output)[0].filename);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the package has the launchers, the schemas, the examples, the guide and every licence, and no source', () => {
  const names = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' }).trim().split('\n');
  const arm64 = existsSync(join(packageRoot, 'dist/launcher-linux-arm64'))
    ? ['dist/launcher-linux-arm64']
    : [];
  for (const name of [
    'dist/mayfly.js',
    `dist/launcher-linux-${process.arch}`,
    ...arm64,
    'dist/third-party-licenses.txt',
    'schema/scenario.schema.json',
    'scenarios/hello-world.yaml',
    'docs/exit-status.md', // `--help` and `doctor` send people there
    'docs/ci.md',
    'LICENSE',
    'README.md',
    'CHANGELOG.md',
  ]) {
    expect(names).toContain(`package/${name}`);
  }
  expect(names.filter((name) => /^package\/(?:src|spec|tools|bench)\//.test(name))).toEqual([]);
});

test('it needs no other package, and runs nothing when it is installed', () => {
  const { dependencies = {}, scripts } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'));
  expect(dependencies).toEqual({});
  expect(Object.keys(scripts)).not.toEqual(
    expect.arrayContaining([expect.stringMatching(/^(?:pre|post)?install$/)]),
  );
});

test('every library in the bundle has its licence in it', () => {
  const licenses = readFileSync(join(packageRoot, 'dist/third-party-licenses.txt'), 'utf8');
  for (const library of ['yargs', 'js-yaml', 'tar-stream', 'cli-table3', 'ajv', 'picocolors']) {
    expect(licenses).toMatch(new RegExp(`^${library} \\d+\\.\\d+\\.\\d+ \\(`, 'm'));
  }
});

/** Node, npm and what a scenario uses; no compiler. */
function makeBareSearchPath(): string {
  const bin = join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  for (const name of ['node', 'npm', 'sh', 'echo', 'sleep', 'cat', 'env']) {
    const path = execFileSync('which', [name], { encoding: 'utf8' }).trim();
    if (!existsSync(join(bin, name))) symlinkSync(path, join(bin, name));
  }
  return bin;
}

describeRequiring(
  ['userns', 'overlay', 'net'],
  'the package, installed into an empty directory without a compiler',
  () => {
    test('runs a scenario', () => {
      const home = join(folder, 'empty');
      mkdirSync(home);
      const env = {
        PATH: makeBareSearchPath(),
        HOME: home,
        MAYFLY_STORE: join(folder, 'store'),
        MAYFLY_STATE: join(folder, 'state'),
      };
      execFileSync('npm', ['install', '--offline', '--no-audit', '--no-fund', tarball], { cwd: home, env });
      const { status, stdout, stderr } = spawnSync(
        'node_modules/.bin/mayfly',
        ['test', 'node_modules/mayfly/scenarios/hello-world.yaml'],
        { cwd: home, env, encoding: 'utf8' },
      );
      expect([status, stderr]).toEqual([0, expect.stringContaining('✓ the greeting')]);
      expect(stdout).toContain('✓ passed  hello-world');
    });
  },
);

interface Person {
  readonly what: string;
  readonly flags: readonly string[];
  readonly doctor: string;
  readonly passed: readonly string[];
}

const inEveryMode = ['hello-world', 'sealed-network', 'services', 'writable-layer'];
const people: readonly Person[] = [
  {
    what: 'with subordinate ids',
    flags: [],
    doctor: 'an ordinary user with subordinate ids',
    passed: [...inEveryMode, 'limits-of-rights'],
  },
  // useradd gives accounts of the system none (login.defs).
  {
    what: 'without subordinate ids',
    flags: ['--system'],
    doctor: 'an ordinary user with one id',
    passed: inEveryMode,
  },
];

describeAsRoot(['userns', 'overlay', 'net'], 'a fresh ordinary user', () => {
  test.each(people)(
    '$what runs the examples',
    ({ flags, doctor, passed }) => {
      const login = `mfspec${process.pid}${flags.length}`;
      const home = join(folder, login);
      execFileSync('useradd', [...flags, '--create-home', '--home-dir', home, '--shell', '/bin/sh', login], {
        stdio: 'pipe',
      });
      try {
        const as = (line: string) =>
          spawnSync('su', [login, '-c', `cd ${home} && PATH=${process.env.PATH} ${line}`], {
            encoding: 'utf8',
          });
        execFileSync('tar', ['-xzf', tarball, '-C', home]);
        cpSync(join(packageRoot, 'scenarios'), join(home, 'scenarios'), { recursive: true });
        expect(as('node package/dist/mayfly.js doctor').stdout).toContain(doctor);
        const { status, stdout, stderr } = as('node package/dist/mayfly.js test --report json');
        const report = JSON.parse(stdout || '{}');
        const outcomes = report.scenarios?.map(
          ({ name, outcome }: Record<string, string>) => `${outcome} ${name}`,
        );
        expect(outcomes, stderr).toEqual(expect.arrayContaining(passed.map((name) => `passed ${name}`)));
        expect(status, stderr).toBe(0);
        expect(report.totals.leaks).toBe(0);
      } finally {
        execFileSync('userdel', ['--remove', login], { stdio: 'pipe' });
      }
    },
    90_000,
  );
});

test('the name in package.json is the one the schema and the version know', () => {
  const { name, version, bin } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'));
  expect([name, bin]).toEqual(['mayfly', { mayfly: 'dist/mayfly.js' }]);
  expect(execFileSync('node', [join(packageRoot, 'dist/mayfly.js'), '--version'], { encoding: 'utf8' })).toBe(
    `mayfly ${version}\n`,
  );
});
