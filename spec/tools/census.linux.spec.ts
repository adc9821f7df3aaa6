import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { describeAsRoot } from '../requires.ts';

const program = fileURLToPath(new URL('../../tools/census', import.meta.url));

let folder: string;
let places: readonly string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'census-spec-'));
  for (const each of ['store', 'state', 'tmp']) mkdirSync(join(folder, each));
  places = ['store', 'state', 'tmp'].flatMap((each) => [`--${each}`, join(folder, each)]);
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function takeSnapshot(): string {
  const file = join(folder, 'before.json');
  writeFileSync(file, execFileSync('node', [program, 'snapshot', ...places]));
  return file;
}

/** What is left; other tests run meanwhile, so that each test looks for what it planted itself. */
function compareWith(file: string): { readonly status: number | null; readonly text: string } {
  const { status, stdout } = spawnSync('node', [program, 'compare', file, '--wait', '0', ...places], {
    encoding: 'utf8',
  });
  return { status, text: stdout };
}

/** An orphan in namespaces of its own, as a container that nobody ended would be. Returns its pid. */
function plantProcess(...namespaces: readonly string[]): number {
  const pidFile = join(folder, 'pid');
  const script = `setsid unshare ${namespaces.join(' ')} sleep 1000 >/dev/null 2>&1 & echo $! > ${pidFile}`;
  execFileSync('sh', ['-c', script]);
  return Number(readFileSync(pidFile, 'utf8'));
}

interface Planted {
  /** A word of the line that tells of it. */
  readonly sign: string;
  remove(): void;
}

interface Kind {
  readonly kind: string;
  plant(): Planted;
}

const kinds: readonly Kind[] = [
  {
    kind: 'process',
    plant: () => {
      const pid = plantProcess('--user', '--net');
      return { sign: `${pid} (sleep)`, remove: () => process.kill(pid, 'SIGKILL') };
    },
  },
  {
    kind: 'namespace',
    plant: () => {
      const file = join(folder, 'net');
      writeFileSync(file, '');
      execFileSync('unshare', [`--net=${file}`, 'true']);
      return { sign: `mounted at ${file}`, remove: () => execFileSync('umount', [file]) };
    },
  },
  {
    kind: 'mount',
    plant: () => {
      const target = join(folder, 'mounted');
      mkdirSync(target);
      execFileSync('mount', ['-t', 'tmpfs', 'planted', target]);
      return { sign: `${target} (tmpfs, planted)`, remove: () => execFileSync('umount', [target]) };
    },
  },
  {
    kind: 'link',
    plant: () => {
      const name = `mf${process.pid}`;
      execFileSync('ip', ['link', 'add', name, 'type', 'bridge']);
      return { sign: name, remove: () => execFileSync('ip', ['link', 'delete', name]) };
    },
  },
  {
    kind: 'cgroup',
    plant: () => {
      const path = join(writableHierarchy(), `mayfly-planted${process.pid}`);
      mkdirSync(path);
      return { sign: path, remove: () => rmdirSync(path) };
    },
  },
  ...(['state/uppers/run1', 'state/journal/7', 'store/layers/tmp-1', 'tmp/mayfly-1'] as const).map(
    (path) => ({
      kind: 'file',
      plant: () => {
        const file = join(folder, path);
        mkdirSync(join(file, '..'), { recursive: true });
        writeFileSync(file, '1 1');
        return { sign: file, remove: () => rmSync(file) };
      },
    }),
  ),
];

function writableHierarchy(): string {
  const line = readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .find((each) => / cgroup2? rw/.test(each) && !/name=systemd/.test(each));
  return line?.split(' ')[1] ?? '/sys/fs/cgroup';
}

describeAsRoot(['userns', 'cgroup-pids'], 'the census that shares no code with Mayfly', () => {
  test.each(kinds)('finds a planted $kind, and then no more', ({ kind, plant }) => {
    const before = takeSnapshot();
    const planted = plant();
    try {
      const found = compareWith(before);
      expect(found.status).toBe(1);
      expect(linesOf(kind, found.text)).toContainEqual(expect.stringContaining(planted.sign));
    } finally {
      planted.remove();
    }
    expect(compareWith(before).text).not.toContain(planted.sign);
  });

  test('finds the namespaces of a process that is left', () => {
    const before = takeSnapshot();
    const pid = plantProcess('--user', '--net');
    try {
      const lines = linesOf('namespace', compareWith(before).text).filter((line) =>
        line.endsWith(`held by ${pid}`),
      );
      expect(lines.map((line) => /(\w+):\[/.exec(line)?.[1]).sort()).toEqual(['net', 'user']);
    } finally {
      process.kill(pid, 'SIGKILL');
    }
  });

  test('leaves alone what has a living owner', () => {
    const before = takeSnapshot();
    const stat = readFileSync(`/proc/${process.pid}/stat`, 'utf8');
    const owner = `${process.pid} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`;
    mkdirSync(join(folder, 'state/journal'), { recursive: true });
    const entry = join(folder, 'state/journal/8');
    writeFileSync(entry, owner);
    expect(compareWith(before).text).not.toContain(entry);
  });
});

function linesOf(kind: string, text: string): readonly string[] {
  return text.split('\n').filter((line) => line.startsWith(kind));
}
