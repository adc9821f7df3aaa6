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
function busybox(): ReadonlyMap<string, Buffer> {
  const layer = buildTar([
    { name: 'bin/', type: '5', mode: 0o755 },
    { name: 'bin/busybox', content: readFileSync('/bin/busybox'), mode: 0o755 },
    ...['sh', 'echo', 'sleep'].map((name) => ({ name: `bin/${name}`, type: '2', link: 'busybox' })),
  ]);
  const config = configJson([layer], {
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    config: { Cmd: ['/bin/sleep', '1000'], Env: ['PATH=/bin', 'FROM=a registry'] },
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
});
