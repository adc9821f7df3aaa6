import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { MayflyBench, program, type RunningMayfly } from '../cli/mayfly-process.ts';
import { describeWithMirror } from './debian-mirror.ts';

const bench = new MayflyBench();
afterAll(() => bench.remove());

const timeout = 180_000;

/** A scenario with one image of Debian packages; the file's name is the scenario's. */
function write(name: string, debian: string): string {
  const text = `timeout: 2m\nimages:\n  app: { debian: ${debian} }\nsteps:\n  - { image: app, run: [hello] }\n`;
  return bench.write(`${name}.yaml`, text);
}

/** The error of a report as its reader sees it, with this machine's mirror left out. */
function errorIn(report: string): string {
  const lines = report.split('\n').map((line) => line.trim());
  const start = lines.findIndex((line) => line.startsWith('error['));
  const end = lines.indexOf('', start);
  return lines
    .slice(start, end)
    .join('\n')
    .replace(/https?:\/\/[^/\s]+\/\S*?debian(?=\/| |$)/gm, 'MIRROR')
    .replace(/resolving '[^']+'/, "resolving 'MIRROR'");
}

interface Mistake {
  readonly name: string;
  readonly debian: string;
  readonly message: readonly string[];
}

const mistakes: readonly Mistake[] = [
  {
    name: 'missing-package',
    debian: '{ suite: bookworm, packages: [helo] }',
    message: ['error[IMAGE_NOT_FOUND]: image app: bookworm has no package `helo`', '= did you mean `hello`?'],
  },
  {
    name: 'missing-version',
    debian: '{ suite: bookworm, packages: ["hello=9.9"] }',
    message: [
      'error[IMAGE_NOT_FOUND]: image app: bookworm has no version 9.9 of hello',
      '= leave the version out, or say a `mirror:` that keeps it',
    ],
  },
  {
    name: 'misspelt-suite',
    debian: '{ suite: bookwurm, packages: [hello] }',
    message: [
      'error[IMAGE_NOT_FOUND]: image app: there is no suite `bookwurm` at MIRROR',
      '= did you mean `bookworm`?',
    ],
  },
  {
    name: 'missing-suite',
    debian: '{ suite: nonesuch, packages: [hello] }',
    message: [
      'error[IMAGE_NOT_FOUND]: image app: there is no suite `nonesuch` at MIRROR',
      '= see MIRROR/dists for what there is, or say another `mirror:`',
    ],
  },
  {
    name: 'missing-component',
    debian: '{ suite: bookworm, components: [mane], packages: [hello] }',
    message: [
      'error[IMAGE_NOT_FOUND]: image app: the suite bookworm has no component `mane`',
      '= correct `components:`; Debian has main, contrib, non-free and non-free-firmware',
    ],
  },
];

/** Processes of ours whose environment names this place, as that of every program does which makes an image there. */
function processesWith(place: string): readonly string[] {
  return readdirSync('/proc').filter((id) => {
    if (!/^\d+$/.test(id) || id === String(process.pid)) return false;
    try {
      return readFileSync(`/proc/${id}/environ`, 'utf8').includes(place);
    } catch {
      return false; // another user's, or gone
    }
  });
}

interface Ended {
  readonly status: number | null;
  readonly out: string;
}

/** Mayfly behind a command that first takes something from it, such as the network. */
function runBehind(
  argv: readonly string[],
  file: string,
  environment: Readonly<Record<string, string>>,
): Promise<Ended> {
  const child = spawn('unshare', [...argv, process.execPath, program, 'test', file], {
    env: { PATH: process.env.PATH, HOME: bench.folder, ...bench.places, ...environment },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let out = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  return new Promise((resolve) => child.once('close', (status) => resolve({ status, out })));
}

/** On a file system of this size alone. */
const onSmallDisk = (size: string, at: string): readonly string[] => [
  '--mount',
  'sh',
  '-c',
  'mount -t tmpfs -o "size=$0,mode=1777" none "$1" && shift && exec "$@"',
  size,
  at,
];

describeWithMirror('bookworm', 'R9 what is wrong with an image of Debian packages is said', () => {
  test.each(mistakes)('$name', { timeout }, async ({ name, debian, message }) => {
    const { status, out } = await bench.run(['test', write(name, debian)]);
    expect(errorIn(out)).toBe(message.join('\n'));
    expect(status).toBe(2);
  });

  describe('ended while it installs', () => {
    const scratch = join(bench.folder, `mayfly-${process.getuid?.()}`);
    const startInstalling = async (name: string): Promise<RunningMayfly> => {
      const file = write(name, '{ suite: bookworm, variant: essential, packages: [hello] }');
      const places = { MAYFLY_STORE: join(bench.folder, name), TMPDIR: bench.folder };
      const running = bench.start(['test', file], places);
      await running.sees(/image app: (?:retrieving|unpacking the)/);
      expect(processesWith(bench.folder)).not.toEqual([]);
      return running;
    };

    test('by the user, it leaves neither files nor processes', { timeout }, async () => {
      const running = await startInstalling('interrupted');
      running.kill('SIGINT');
      expect((await running.ended).status).toBe(130);
      expect(readdirSync(scratch)).toEqual([]);
      expect(processesWith(bench.folder)).toEqual([]);
    });

    test('by SIGKILL, its processes end, and the next image finds its files and removes them', {
      timeout,
    }, async () => {
      const running = await startInstalling('killed');
      running.kill('SIGKILL');
      await running.ended;
      await vi.waitFor(() => expect(processesWith(bench.folder)).toEqual([]), {
        timeout: 60_000,
        interval: 200,
      });
      const file = write('next', '{ suite: nonesuch, packages: [hello] }');
      await bench.run(['test', file], { TMPDIR: bench.folder });
      expect(readdirSync(scratch)).toEqual([]);
    });
  });

  test('a mirror that is not there', { timeout }, async () => {
    const file = write(
      'nobody',
      '{ suite: bookworm, mirror: "http://127.0.0.1:9/debian", packages: [hello] }',
    );
    const { status, out } = await bench.run(['test', file]);
    expect([status, errorIn(out)]).toEqual([
      4,
      expect.stringMatching(
        /^error\[IMAGE_UNREACHABLE\]: image app: Failed to fetch MIRROR.* refused\)\n= check the network/,
      ),
    ]);
  });

  test('an archive that nobody has signed', { timeout }, async () => {
    const release = 'Origin: x\nSuite: bookworm\nCodename: bookworm\nDate: Sat, 10 Jun 2023 08:53:33 UTC\n';
    const server = createServer((request, response) => {
      const known = request.url === '/dists/bookworm/Release';
      response.writeHead(known ? 200 : 404).end(known ? release : '');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const address = server.address();
      const port = typeof address === 'object' ? address?.port : undefined;
      const mirror = `http://127.0.0.1:${port}`;
      const file = write('unsigned', `{ suite: bookworm, mirror: "${mirror}", packages: [hello] }`);
      const { status, out } = await bench.run(['test', file]);
      expect([status, errorIn(out)]).toEqual([
        4,
        `error[IMAGE_SIGNATURE_INVALID]: image app: The repository '${mirror} bookworm Release' is not signed.\n= install the keyring of the archive (Debian: debian-archive-keyring), or name it with \`Signed-By\` in the apt sources`,
      ]);
    } finally {
      server.close();
    }
  });

  test('mmdebstrap is not installed', { timeout }, async () => {
    const bin = join(bench.folder, 'bin');
    mkdirSync(bin);
    for (const name of ['node', 'sh', 'newuidmap', 'newgidmap'])
      symlinkSync(execFileSync('which', [name], { encoding: 'utf8' }).trim(), join(bin, name));
    const file = write('no-program', '{ suite: bookworm, packages: [hello] }');
    const { status, out } = await bench.run(['test', file], { PATH: bin });
    expect([status, errorIn(out)]).toEqual([
      3,
      'error[HOST_MISSING_PROGRAM]: image app: `debian:` needs mmdebstrap, which is not installed\n= install the package mmdebstrap (Debian, Ubuntu: apt install mmdebstrap)',
    ]);
  });

  const disk = join(bench.folder, 'disk');
  mkdirSync(disk);
  const testAsRoot = test.runIf(process.getuid?.() === 0);

  testAsRoot('no network', { timeout }, async () => {
    const file = write('no-network', '{ suite: bookworm, packages: [hello] }');
    const { status, out } = await runBehind(['--net'], file, {});
    expect([status, errorIn(out)]).toEqual([
      4,
      expect.stringMatching(
        /^error\[IMAGE_UNREACHABLE\]: image app: Failed to fetch MIRROR.*\n= check the network, and the proxy if there is one$/,
      ),
    ]);
  });

  testAsRoot('no room for temporary files', { timeout }, async () => {
    const file = write('no-room', '{ suite: bookworm, packages: [hello] }');
    const { status, out } = await runBehind(onSmallDisk('8m', disk), file, { TMPDIR: disk });
    expect([status, errorIn(out)]).toEqual([
      4,
      'error[STORE_FAILED]: image app: the disk is full: making the image takes 168 MB of temporary files, and there is room for 8.39 MB\n= make room in /var/tmp, or in what TMPDIR names',
    ]);
  });

  testAsRoot('no room in the store', { timeout }, async () => {
    const file = write('full-store', '{ suite: bookworm, variant: extract, packages: [libc6] }');
    const { status, out } = await runBehind(onSmallDisk('4m', disk), file, { MAYFLY_STORE: disk });
    expect([status, errorIn(out)]).toEqual([
      4,
      expect.stringMatching(/^error\[STORE_FAILED\]: .*ENOSPC \(no space left.*\n= check the disk space/),
    ]);
  });
});
