import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeWithPrograms } from '../requires.ts';
import { MayflyBench } from './mayfly-process.ts';

let bench: MayflyBench;
beforeAll(() => {
  bench = new MayflyBench();
  bench.write('ctx/Dockerfile', dockerfile);
  bench.write('ctx/note', 'a note\n');
  copyFileSync('/bin/busybox', join(bench.folder, 'ctx/sh'));
});
afterAll(() => bench.remove());

const dockerfile = `FROM scratch
COPY --chmod=755 sh /bin/sh
ARG WORD=nothing
RUN echo "said $WORD" && echo x > /x
COPY note /note
LABEL by=test
CMD ["/bin/sh"]
`;

describeWithPrograms(['busybox'], ['userns', 'overlay'], 'mayfly build', () => {
  test('prints the id, tells what goes on, and names the image, which can be saved and run', async () => {
    const built = await bench.run([
      'build',
      '-t',
      'shop:1',
      '-t',
      'team/shop',
      '--build-arg',
      'WORD=hello',
      '--iidfile',
      'id',
      'ctx',
    ]);
    expect(built.err).toMatch(/^#1 \[stage-0 1\/6\] COPY --chmod=755 sh \/bin\/sh$/m);
    expect(built.err).toMatch(/^#2 \d+\.\d said hello$/m);
    expect(built.err).toMatch(/^naming to shop:1 done$/m);
    expect(built.status).toBe(0);
    expect(built.out).toMatch(/^sha256:[0-9a-f]{64}\n$/);
    expect(`${readFileSync(join(bench.folder, 'id'), 'utf8')}\n`).toBe(built.out);
    const images = await bench.run(['images', '--format', '{{.Repository}}:{{.Tag}}']);
    expect(images.out.split('\n').sort()).toEqual(['', 'shop:1', 'team/shop:latest']);
    const saved = await bench.run(['save', '-o', 'shop.tar', 'shop:1']);
    expect(saved.status, saved.err).toBe(0);
  });

  test('again it is all there, and quiet says so in one line', async () => {
    const first = await bench.run(['build', '-q', 'ctx']);
    const again = await bench.run(['build', 'ctx']);
    expect(first).toMatchObject({ status: 0, err: '' });
    expect(again.out).toBe(first.out);
    expect(again.err.match(/CACHED/g)).toHaveLength(3);
  });

  test('an image that was built is one to build on', async () => {
    await bench.run(['build', '-q', '-t', 'parent', 'ctx']);
    bench.write('child/Dockerfile', 'FROM parent\nRUN echo y > /y\n');
    const built = await bench.run(['build', '-t', 'child', 'child']);
    expect(built.status, built.err).toBe(0);
    const { out } = await bench.run(['inspect', '--format', '{{json .Config.Labels}}', 'child']);
    expect(out).toBe('{"by":"test"}\n');
  });

  test('a command that fails: exit status 1, its line, and what it said', async () => {
    bench.write('bad/Dockerfile', dockerfile.replace('echo x > /x', 'echo broken >&2 && exit 7'));
    bench.write('bad/note', '');
    copyFileSync('/bin/busybox', join(bench.folder, 'bad/sh'));
    const { status, out, err } = await bench.run(['build', 'bad']);
    expect(status).toBe(1);
    expect(out).toBe('');
    expect(err).toMatch(/error\[BUILD_STEP_FAILED\]: the command ended with exit status 7:\n(.*\n)*broken/);
    expect(err).toContain('bad/Dockerfile:4:1');
  });

  describe('the command line', () => {
    test.each([
      [['build'], 'there is no build context'],
      [['build', 'nowhere'], 'is no directory'],
      [['build', '--network', 'host', 'ctx'], 'the network of the host is never given to a build'],
      [['build', '-t', 'Not/Valid', 'ctx'], 'no image reference'],
      [['build', '--secret', 'id=a,src=nowhere', 'ctx'], 'there is no file'],
      [['build', '-f', 'nowhere', 'ctx'], 'there is no '],
      [['build', '--build-context', 'x', 'ctx'], 'is no NAME=VALUE'],
    ])('%j', async (args, message) => {
      const { status, err } = await bench.run(args);
      expect(err).toContain(message);
      expect(status).toBe(2);
    });
  });
});
