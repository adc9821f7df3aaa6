import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { configJson, ociFiles } from '../image/image-fixtures.ts';
import { DebianRegistry } from '../image/registry/debian-registry.ts';
import { skopeoPush } from '../image/registry/skopeo.ts';
import { buildTar } from '../image/tar-builder.ts';
import { describeWithPrograms } from '../requires.ts';
import { MayflyBench, packageRoot } from './mayfly-process.ts';

interface StandIn {
  /** As it is called below its registry. */
  readonly name: string;
  readonly id: string;
  readonly port: number;
  readonly scripts: Readonly<Record<string, string>>;
}

/** Small images in the place of large ones: busybox listens where their servers do, and a script answers what the steps ask. */
const standIns: readonly StandIn[] = [
  {
    name: 'ubuntu/postgres:14-22.04_beta',
    id: 'ubuntu',
    port: 5432,
    scripts: { psql: 'case "$*" in *insert*) echo mayfly >/rows ;; *select*) cat /rows ;; esac' },
  },
  { name: 'ubi9/httpd-24:latest', id: 'rhel', port: 8080, scripts: {} },
  {
    name: 'suse/redis:7.2',
    id: 'sles',
    port: 6379,
    scripts: {
      'redis-cli': 'case "$1" in set) echo "$3" >"/kept-$2"; echo OK ;; get) cat "/kept-$2" ;; esac',
    },
  },
];

function makeImage({ id, port, scripts }: StandIn): ReadonlyMap<string, Buffer> {
  const layer = buildTar([
    { name: 'bin/', type: '5', mode: 0o755 },
    { name: 'bin/busybox', content: readFileSync('/bin/busybox'), mode: 0o755 },
    ...['sh', 'cat', 'httpd'].map((name) => ({ name: `bin/${name}`, type: '2', link: 'busybox' })),
    ...Object.entries(scripts).map(([name, text]) => ({
      name: `bin/${name}`,
      content: `#!/bin/sh\n${text}\n`,
      mode: 0o755,
    })),
    { name: 'etc/', type: '5', mode: 0o755 },
    { name: 'etc/os-release', content: `ID="${id}"\n` },
    { name: 'www/', type: '5', mode: 0o755 },
    { name: 'www/index.html', content: 'here' },
  ]);
  const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';
  const config = { Cmd: ['httpd', '-f', '-p', String(port), '-h', '/www'], Env: ['PATH=/bin'] };
  return ociFiles([layer], { config: configJson([layer], { architecture, config }) });
}

describeWithPrograms(
  ['docker-registry', 'skopeo', 'busybox'],
  ['userns', 'overlay', 'net'],
  'mixed-distros.yaml',
  () => {
    let registry: DebianRegistry;
    const bench = new MayflyBench();
    beforeAll(async () => {
      registry = await DebianRegistry.start();
      for (const standIn of standIns)
        await skopeoPush(makeImage(standIn), `${registry.host}/${standIn.name}`);
    });
    afterAll(async () => {
      bench.remove();
      await registry[Symbol.asyncDispose]();
    });

    test('runs with images of three registries, which a mirror has', async () => {
      const mirror = `[http://${registry.host}]`;
      const registries = ['docker.io', 'registry.access.redhat.com', 'registry.suse.com'];
      const mirrors = registries.map((name) => `"${name}": ${mirror}`).join(', ');
      bench.write('mayfly.config.yaml', `mirrors: { ${mirrors} }\n`);
      const file = join(packageRoot, 'scenarios/mixed-distros.yaml');
      const { status, out } = await bench.run(['test', file, '--tag', 'manual']);
      expect([status, out]).toEqual([0, expect.stringContaining('1 passed')]);
      const { out: listed } = await bench.run(['images']);
      for (const { name } of standIns) expect(listed).toContain(name.split(':')[0]);
    });
  },
);
