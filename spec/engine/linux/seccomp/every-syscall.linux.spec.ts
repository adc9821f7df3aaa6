import { execFile, spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isJsonObject, type Json } from '../../../../src/core/json.ts';
import { defaultProfile } from '../../../../src/engine/linux/seccomp/default-profile.ts';
import { parseProfile } from '../../../../src/engine/linux/seccomp/parse-profile.ts';
import { SeccompCompiler } from '../../../../src/engine/linux/seccomp/seccomp-compiler.ts';
import { selectRules } from '../../../../src/engine/linux/seccomp/select-rules.ts';

const run = promisify(execFile);
const hasProgram = (name: string): boolean => spawnSync('sh', ['-c', `command -v ${name}`]).status === 0;
const missing = ['gcc', 'crun', 'unshare'].find((name) => !hasProgram(name));
const usable =
  process.platform === 'linux' && process.arch === 'x64' && process.getuid?.() === 0 && missing === undefined;

const capabilities = [
  'CHOWN',
  'DAC_OVERRIDE',
  'FSETID',
  'FOWNER',
  'MKNOD',
  'SETGID',
  'SETUID',
  'SETFCAP',
  'SETPCAP',
  'NET_BIND_SERVICE',
  'SYS_CHROOT',
  'KILL',
  'AUDIT_WRITE',
];
/** getpid, which every filter here allows. */
const i386Getpid = 'i386:20';
const EPERM = '1';
const ENOSYS = '38';

/**
 * Where the two differ, and why. crun answers EPERM to every call that its libseccomp does not know yet (Debian 12's knows
 * those of Linux 6.7); ours lets those through that the profile names, and says ENOSYS to younger ones, as runc does.
 *
 * personality of x32: libseccomp looks at the lower half of an argument only, as on all of its 32-bit interfaces, and takes -1 for
 * the 0xffffffff that the profile allows. Ours looks at the whole register, where a program of x32 has zeroes above.
 */
const oldestInQuestion = 451;
const youngestNamed = 466;
const comparedByHalves = ['x32:135'];

describe.skipIf(!usable)('every system call under Mayfly’s filter and under crun’s', () => {
  let directory = '';
  let underOurs: ReadonlyMap<string, string> = new Map();
  let underCrun: ReadonlyMap<string, string> = new Map();

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'mayfly-syscalls-'));
    await mkdir(join(directory, 'rootfs/proc'), { recursive: true });
    await mkdir(join(directory, 'rootfs/dev'));
    for (const name of ['every-syscall', 'with-filter']) {
      const source = fileURLToPath(new URL(`${name}.c`, import.meta.url));
      await run('gcc', [
        '-std=c11',
        '-static',
        '-O2',
        '-Wall',
        '-Werror',
        '-o',
        join(directory, 'rootfs', name),
        source,
      ]);
    }
    const compiler = new SeccompCompiler({ arch: 'x64', kernelRelease: '6.1' });
    const program = compiler.compile({ kind: 'default' }, capabilities);
    await writeFile(join(directory, 'rootfs/filter'), program?.filter ?? '');
    [underOurs, underCrun] = await Promise.all([
      outcomes(directory, 'ours', ['/with-filter', '/filter', '/every-syscall'], undefined),
      outcomes(directory, 'crun', ['/every-syscall'], ociProfile()),
    ]);
  }, 60_000);

  afterAll(() => rm(directory, { recursive: true, force: true }));

  test('all were called', () => {
    expect(underOurs.size).toBeGreaterThan(1_850);
    expect([...underCrun.keys()]).toEqual([...underOurs.keys()]);
  });

  test('of x32 some are allowed and some are not, whether or not the kernel has it', () => {
    const outcomesOfX32 = [...underOurs].flatMap(([label, outcome]) =>
      label.startsWith('x32:') ? [outcome] : [],
    );
    expect(outcomesOfX32.filter((outcome) => outcome === EPERM).length).toBeGreaterThan(50);
    expect(outcomesOfX32.filter((outcome) => outcome !== EPERM).length).toBeGreaterThan(250);
  });

  test('of i386 too, unless the machine ends whoever calls through it', () => {
    const ofI386 = [...underOurs].flatMap(([label, outcome]) => (label.startsWith('i386:') ? [outcome] : []));
    if (underOurs.get(i386Getpid) === 'ended') expect(new Set(ofI386)).toEqual(new Set(['ended']));
    else expect(ofI386.filter((outcome) => outcome === EPERM).length).toBeGreaterThan(50);
  });

  test('each ends alike, but for those that libseccomp does not know', () => {
    const different = [...underOurs].filter(
      ([label, outcome]) =>
        underCrun.get(label) !== outcome && !isUnknownToCrun(label) && !comparedByHalves.includes(label),
    );
    for (const label of comparedByHalves) expect(underOurs.get(label)).toBe(EPERM);
    expect(
      different.map(([label, outcome]) => `${label}: ours ${outcome}, crun ${underCrun.get(label)}`),
    ).toEqual([]);
  });

  test('a call that the profile does not know is absent', () => {
    const young = [...underOurs].filter(([label]) => Number(label) > youngestNamed);
    expect(new Set(young.map(([, outcome]) => outcome))).toEqual(new Set([ENOSYS]));
  });

  function isUnknownToCrun(label: string): boolean {
    return Number(label.replace(/^(x32|i386):/, '')) >= oldestInQuestion && underCrun.get(label) === EPERM;
  }
});

/** crun refuses a hybrid cgroup layout, so it gets a mount namespace without the unified part (kernel-notes). */
async function outcomes(
  directory: string,
  id: string,
  args: readonly string[],
  seccomp: Json | undefined,
): Promise<ReadonlyMap<string, string>> {
  const bundle = join(directory, `bundle-${id}`);
  await mkdir(bundle);
  await cp(join(directory, 'rootfs'), join(bundle, 'rootfs'), { recursive: true });
  await writeFile(join(bundle, 'config.json'), JSON.stringify(ociConfig(args, seccomp)));
  const script = `umount /sys/fs/cgroup/unified 2>/dev/null; exec crun --root "$1/state" --cgroup-manager=disabled run --bundle "$1" "$2"`;
  const { stdout } = await run('unshare', [
    '--mount',
    'sh',
    '-c',
    script,
    'sh',
    bundle,
    `mayfly-syscalls-${id}-${process.pid}`,
  ]);
  return new Map(
    stdout
      .trim()
      .split('\n')
      .map((line) => {
        const [label = '', outcome = ''] = line.split(' ');
        return [label, outcome];
      }),
  );
}

function ociConfig(args: readonly string[], seccomp: Json | undefined): Json {
  const caps = capabilities.map((name) => `CAP_${name}`);
  return {
    ociVersion: '1.0.0',
    process: {
      user: { uid: 0, gid: 0 },
      args,
      env: [],
      cwd: '/',
      capabilities: { bounding: caps, effective: caps, permitted: caps },
      noNewPrivileges: true,
    },
    root: { path: 'rootfs', readonly: false },
    mounts: [{ destination: '/proc', type: 'proc', source: 'proc' }],
    linux: {
      namespaces: ['pid', 'ipc', 'uts', 'mount', 'network', 'cgroup'].map((type) => ({ type })),
      ...(seccomp === undefined ? {} : { seccomp }),
    },
  };
}

/** The same profile with Docker's conditions resolved, which crun leaves to its caller. */
function ociProfile(): Json {
  const { rules } = parseProfile(defaultProfile, 'SCMP_ARCH_X86_64');
  const selected = new Set(selectRules(rules, { capabilities, goArch: 'amd64', kernelRelease: '6.1' }));
  const written = Array.isArray(defaultProfile.syscalls) ? defaultProfile.syscalls : [];
  const syscalls = written.flatMap((rule: Json, index: number): readonly Json[] => {
    const parsed = rules[index];
    if (!isJsonObject(rule) || parsed === undefined || !selected.has(parsed)) return [];
    const { includes: _includes, excludes: _excludes, ...plain } = rule;
    return [plain];
  });
  return {
    defaultAction: 'SCMP_ACT_ERRNO',
    defaultErrnoRet: 1,
    architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32'],
    syscalls,
  };
}
