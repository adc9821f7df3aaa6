import { expect, test } from 'vitest';
import type { Container } from '../../../../src/core/engine.ts';
import { describeRequiring } from '../../../requires.ts';
import { codeOf, inSandbox, never } from '../../contract/contract-kit.ts';
import { openNetworkBed, runIn, startIdle } from '../network/network-bed.ts';

const subject = openNetworkBed(() => []);
const networks = { networks: [{ name: 'front', egress: false }] };

/** What c-ares, which speaks to the name server itself, hears of a name. */
async function ask(from: Container, name: string): Promise<string> {
  const script = `require('node:dns').resolve4('${name}', (error, found) => console.log(error ? error.code : 'found'))`;
  return (await runIn(from, ['node', '-e', script])).stdout.trim();
}

/** A whole page, from a program that says what the kernel said. */
async function write(into: Container, path: string): Promise<string> {
  const script = `try { require('node:fs').writeFileSync('${path}', 'x'.repeat(4096)); console.log('written') } catch ({ code }) { console.log(code) }`;
  return (await runIn(into, ['node', '-e', script])).stdout.trim();
}

describeRequiring(['userns', 'overlay', 'net'], 'faults of names (R25)', () => {
  test.each([
    { answer: 'nxdomain', heard: 'ENOTFOUND' },
    { answer: 'servfail', heard: 'ESERVFAIL' },
  ] as const)('R25 dns $answer: that service, that name, as long as it lasts', ({ answer, heard }) =>
    inSandbox(
      subject,
      async (bench) => {
        const one = await startIdle(bench, 'one', 'front');
        const two = await startIdle(bench, 'two', 'front');
        const fault = await bench.sandbox.fault(
          { kind: 'dns', containers: ['one'], names: ['TWO.'], answer },
          never,
        );
        expect(await ask(one, 'two')).toBe(heard);
        expect(await codeOfDial(one, 'two')).toBe('ENOTFOUND');
        expect(await ask(one, 'one')).toBe('found');
        expect(await ask(two, 'two')).toBe('found');
        await one.stop(0);
        await one.start(never);
        expect(await ask(one, 'two'), 'also after a restart').toBe(heard);
        await fault[Symbol.asyncDispose]();
        expect(await ask(one, 'two')).toBe('found');
        expect(await codeOfDial(one, 'two')).toBe('ECONNREFUSED');
      },
      networks,
    ),
  );

  test('R25 dns slow: the right answer, no sooner', () =>
    inSandbox(
      subject,
      async (bench) => {
        const one = await startIdle(bench, 'one', 'front');
        await bench.sandbox.fault({ kind: 'dns', containers: ['one'], answer: 'slow', delayMs: 700 }, never);
        const askedAtMs = performance.now();
        expect(await ask(one, 'one')).toBe('found');
        expect(performance.now() - askedAtMs).toBeGreaterThanOrEqual(699);
      },
      networks,
    ));
});

describeRequiring(['userns', 'overlay', 'tmpfs-upper'], 'faults of disks (R25), in memory', () => {
  describeFullDisks('tmpfs');
});

describeRequiring(['userns', 'overlay', 'disk-limit'], 'faults of disks (R25), on disk', () => {
  describeFullDisks('disk');
});

function describeFullDisks(upper: 'tmpfs' | 'disk'): void {
  const volumes = { volumes: [{ name: 'data', sizeBytes: 8 << 20 }], upper };
  const mount = {
    kind: 'volume',
    volume: 'data',
    target: '/data',
    readOnly: false,
    copyImageContent: false,
  } as const;

  test.each([
    { what: 'the writable layer', path: '/', full: '/note', free: '/data/note' },
    { what: 'a volume', path: '/data', full: '/data/note', free: '/note' },
    { what: 'a place in a volume', path: '/data/./deep/', full: '/data/note', free: '/note' },
  ])('R25 disk_full: $what has no space left, and nothing else', ({ path, full, free }) =>
    inSandbox(
      subject,
      async ({ sandbox, start }) => {
        const one = await start('one', ['sleep', '1000'], { mounts: [mount] });
        expect(await write(one, `${full}-before`)).toBe('written');
        const fault = await sandbox.fault({ kind: 'disk_full', container: 'one', path }, never);
        expect(await write(one, full)).toBe('ENOSPC');
        expect(await write(one, free)).toBe('written');
        expect((await one.stat(`${full}-before`))?.sizeBytes, 'what was there').toBe(4096);
        await fault[Symbol.asyncDispose]();
        expect(await write(one, full)).toBe('written');
      },
      volumes,
    ),
  );

  test('R25 disk_full: an empty disk is full, too, and the limit of before holds afterwards', () =>
    inSandbox(
      subject,
      async ({ sandbox, start }) => {
        const one = await start('one', ['sleep', '1000'], { mounts: [mount] });
        const fault = await sandbox.fault({ kind: 'disk_full', container: 'one', path: '/data' }, never);
        expect(await write(one, '/data/note')).toBe('ENOSPC');
        await fault[Symbol.asyncDispose]();
        const tooMuch = `require('node:fs').writeFileSync('/data/much', Buffer.alloc(9 << 20))`;
        expect((await runIn(one, ['node', '-e', tooMuch])).stderr).toContain('ENOSPC');
      },
      volumes,
    ));

  test('R25 disk_full: what has no limit of its own is refused by name', () =>
    inSandbox(subject, async ({ sandbox, start }) => {
      const tmpfs = { kind: 'tmpfs', target: '/tmp', readOnly: false } as const;
      await start('one', ['sleep', '1000'], { mounts: [tmpfs] });
      const fault = sandbox.fault({ kind: 'disk_full', container: 'one', path: '/tmp/x' }, never);
      expect(await codeOf(fault)).toBe('FAULT_UNSUPPORTED');
    }));
}

async function codeOfDial(from: Container, host: string): Promise<string> {
  const dialled = from.dial(host, 9, never);
  return dialled.then(
    () => 'reached',
    (error: NodeJS.ErrnoException) => error.code ?? 'other',
  );
}
