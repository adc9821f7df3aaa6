import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { configJson, ociFiles } from '../image/image-fixtures.ts';
import { makeCertificate } from '../image/registry/certificates.ts';
import { DebianRegistry } from '../image/registry/debian-registry.ts';
import { skopeoPush } from '../image/registry/skopeo.ts';
import { buildTar } from '../image/tar-builder.ts';
import { describeWithPrograms } from '../requires.ts';
import { MayflyBench } from './mayfly-process.ts';

const programs = ['docker-registry', 'skopeo', 'openssl', 'htpasswd'];

/** busybox and nothing else, for this machine. */
function busybox(from = 'a registry'): ReadonlyMap<string, Buffer> {
  const layer = buildTar([
    { name: 'bin/', type: '5', mode: 0o755 },
    { name: 'bin/busybox', content: readFileSync('/bin/busybox'), mode: 0o755 },
    ...['sh', 'echo', 'sleep'].map((name) => ({ name: `bin/${name}`, type: '2', link: 'busybox' })),
  ]);
  const config = configJson([layer], {
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    config: { Cmd: ['/bin/sleep', '1000'], Env: ['PATH=/bin', `FROM=${from}`] },
  });
  return ociFiles([layer], { config });
}

const scenario = (image: string) => `
name: pulled
services: { a: { image: "${image}" } }
steps:
  - { name: it runs, in: a, run: echo "from $FROM", expect: { stdout: from a registry } }
`;

describeWithPrograms(programs, ['userns', 'overlay'], 'scenarios that start from a registry', () => {
  let registry: DebianRegistry;
  let closed: DebianRegistry;
  let bench: MayflyBench;
  const tls = makeCertificate();
  const login = 'ann:a secret';
  beforeAll(async () => {
    registry = await DebianRegistry.start();
    closed = await DebianRegistry.start({ tls, login });
    await skopeoPush(busybox(), `${registry.host}/library/box:1`);
    await skopeoPush(busybox(), `${closed.host}/team/box:1`, `--dest-creds=${login}`);
  });
  afterAll(async () => {
    await registry[Symbol.asyncDispose]();
    await closed[Symbol.asyncDispose]();
  });
  beforeEach(() => {
    bench = new MayflyBench();
  });
  afterEach(() => bench.remove());

  test('R9 a reference is all that is needed', async () => {
    bench.write('s.yaml', scenario(`${registry.host}/library/box:1`));
    const { status, out, err } = await bench.run(['test', 's.yaml']);
    expect([status, out, err]).toEqual([0, expect.stringContaining('1 passed'), expect.anything()]);
  });

  test('R32 a short name comes from the mirror of docker.io', async () => {
    bench.write('mayfly.config.yaml', `mirrors: { docker.io: ["http://${registry.host}"] }`);
    bench.write('s.yaml', scenario('box:1'));
    const { status, err } = await bench.run(['test', 's.yaml']);
    expect([status, err]).toEqual([0, expect.anything()]);
  });

  test('R32 its authority and a login let us in; without, each is missed in its turn', async () => {
    bench.write('s.yaml', scenario(`${closed.host}/team/box:1`));
    const unknown = await bench.run(['test', 's.yaml']);
    expect([unknown.status, unknown.out]).toEqual([
      4,
      expect.stringContaining('its certificate is not trusted'),
    ]);
    bench.write('mayfly.config.yaml', `registries: { "${closed.host}": { ca: "${tls.certificate}" } }`);
    const stranger = await bench.run(['test', 's.yaml']);
    expect([stranger.status, stranger.out]).toEqual([
      expect.anything(),
      expect.stringContaining(`log in with \`mayfly login ${closed.host}\``),
    ]);
    const auth = Buffer.from(login).toString('base64');
    bench.write('.docker/config.json', JSON.stringify({ auths: { [closed.host]: { auth } } }));
    const known = await bench.run(['test', 's.yaml']);
    expect([known.status, known.out]).toEqual([0, expect.stringContaining('1 passed')]);
    for (const { out, err } of [stranger, known]) expect(out + err).not.toMatch(/a secret|YW5uOmEgc2VjcmV0/);
  });

  test('pull: the lines of Docker, and the whole name on standard output', async () => {
    const reference = `${registry.host}/library/box:1`;
    const first = await bench.run(['pull', reference]);
    expect([first.status, first.out]).toEqual([0, `${reference}\n`]);
    const id = '[0-9a-f]{12}';
    expect(first.err).toMatch(
      new RegExp(
        `^1: Pulling from library/box\n${id}: Pulling fs layer\n${id}: Verifying Checksum\n${id}: Download complete\n${id}: Pull complete\n` +
          `Digest: sha256:[0-9a-f]{64}\nStatus: Downloaded newer image for ${reference}\n$`,
      ),
    );
    const again = await bench.run(['pull', reference]);
    expect(again.err).toMatch(
      new RegExp(
        `^1: Pulling from library/box\nDigest: sha256:.*\nStatus: Image is up to date for ${reference}\n$`,
      ),
    );
    expect((await bench.run(['pull', '-q', reference])).err).toBe('');
    const { out } = await bench.run(['images']);
    expect(out).toMatch(new RegExp(`${registry.host}/library/box +1 +${id}`));
  });

  test('pull: by digest, and every tag', async () => {
    const repository = `${registry.host}/library/many`;
    await skopeoPush(busybox(), `${repository}:a`);
    await skopeoPush(busybox('another'), `${repository}:b`);
    const all = await bench.run(['pull', '--all-tags', repository]);
    expect([all.err, all.status, all.out]).toEqual([
      expect.anything(),
      0,
      `${repository}:a\n${repository}:b\n`,
    ]);
    const digest = /Digest: (sha256:\w+)/.exec(all.err)?.[1];
    const { status, out, err } = await bench.run(['pull', `${repository}@${digest}`]);
    expect([status, out]).toEqual([0, `${repository}@${digest}\n`]);
    expect(err).toContain('Image is up to date');
  });

  test.each([
    [['pull', 'App'], 2, 'a repository is written in lower case'],
    [['pull'], 2, 'an image is needed'],
    [['pull', '127.0.0.1:1/app'], 4, 'nothing listens there'],
  ])('pull: %j ends with %d', async (args, status, message) => {
    const ended = await bench.run(args);
    expect([ended.status, ended.err]).toEqual([status, expect.stringContaining(message)]);
  });

  test('R13 pull_policy: never, missing and always', async () => {
    const reference = `${registry.host}/library/moving:1`;
    const withPolicy = (policy: string): string =>
      scenario(reference).replace(' } }\nsteps', `, pull_policy: ${policy} } }\nsteps`);
    for (const policy of ['never', 'missing', 'always']) bench.write(`${policy}.yaml`, withPolicy(policy));
    await skopeoPush(busybox(), reference);
    const absent = await bench.run(['test', 'never.yaml']);
    expect([absent.status, absent.out]).toEqual([2, expect.stringContaining('is not to be pulled')]);
    expect((await bench.run(['test', 'missing.yaml'])).status).toBe(0);
    // The tag moves on: only who always asks notices.
    await skopeoPush(busybox('elsewhere'), reference);
    for (const policy of ['never', 'missing']) {
      expect((await bench.run(['test', `${policy}.yaml`])).status).toBe(0);
    }
    const always = await bench.run(['test', 'always.yaml']);
    expect([always.status, always.out]).toEqual([1, expect.stringContaining('from elsewhere')]);
    // And from then on it is the image of that name.
    expect((await bench.run(['test', 'missing.yaml'])).status).toBe(1);
  });

  test('search: the catalogue of a registry', async () => {
    const { status, out } = await bench.run(['search', `${registry.host}/library/bo`]);
    expect([status, out]).toEqual([
      0,
      expect.stringMatching(
        new RegExp(`^NAME +DESCRIPTION +STARS +OFFICIAL\n${registry.host}/library/box +0 *\n$`),
      ),
    ]);
  });

  test('push: an image that was pulled goes on under another name, and keeps its digest', async () => {
    const from = `${registry.host}/library/box:1`;
    const to = `${registry.host}/pushed/box:2`;
    const { err } = await bench.run(['pull', from]);
    const digest = /Digest: (sha256:\w+)/.exec(err)?.[1];
    await bench.run(['tag', from, to]);
    const pushed = await bench.run(['push', to]);
    expect([pushed.status, pushed.out]).toEqual([0, `${to}\n`]);
    expect(pushed.err).toMatch(/^The push refers to repository \[.*\/pushed\/box\]\n/);
    expect(pushed.err).toMatch(/: Mounted from library\/box\n/);
    expect(pushed.err).toMatch(new RegExp(`\n2: digest: ${digest} size: \\d+\n$`));
    expect((await bench.run(['pull', '-q', `${registry.host}/pushed/box@${digest}`])).status).toBe(0);
    const missing = await bench.run(['push', `${registry.host}/pushed/nothing`]);
    expect([missing.status, missing.err]).toEqual([2, expect.stringContaining('no such image')]);
  });
});
