import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  archiveOf,
  configJson,
  dockerSaveParts,
  ociFiles,
  sha256,
  twoLayers,
} from '../image/image-fixtures.ts';
import { buildTar } from '../image/tar-builder.ts';
import { describeRequiring, describeWithPrograms } from '../requires.ts';
import { MayflyBench } from './mayfly-process.ts';

let bench: MayflyBench;
beforeEach(() => {
  bench = new MayflyBench();
});
afterEach(() => bench.remove());

const history = [
  { created: '2024-05-06T07:08:09Z', created_by: '/bin/sh -c #(nop) ADD \u001b[31mfile in /', comment: 'x' },
  { created: '2024-05-06T07:08:09Z', created_by: 'CMD ["app"]', empty_layer: true },
  { created: '2024-05-06T07:08:10Z', created_by: 'RUN rm etc/old', comment: '' },
];
const config = configJson(twoLayers(), {
  history,
  config: { Cmd: ['/bin/app'], Env: ['A=1'], Labels: { tier: 'web' } },
});
const id = `sha256:${sha256(JSON.stringify(config))}`;
const short = id.slice(7, 19);

function writeArchive(name = 'app.tar', tags = ['example/app:1', 'app:latest']): string {
  const path = join(bench.folder, name);
  writeFileSync(path, buildTar(dockerSaveParts(twoLayers(), { config, tags })));
  return path;
}

async function run(...args: readonly string[]) {
  const ended = await bench.run(args);
  return { ...ended, lines: ended.out.split('\n').filter(Boolean) };
}

async function load(): Promise<void> {
  writeArchive();
  expect(await run('load', '-q', '-i', 'app.tar')).toMatchObject({
    status: 0,
    err: '',
    lines: ['Loaded image: example/app:1', 'Loaded image: app:latest'],
  });
}

describeRequiring(['userns'], 'images of the store', () => {
  test('none at all is an empty list', async () => {
    expect((await run('images')).lines).toEqual(['REPOSITORY   TAG   IMAGE ID   CREATED   SIZE']);
    expect((await run('images', '-q')).out).toBe('');
  });

  test('what was loaded is listed, found by each name and by its id, and told of', async () => {
    await load();
    const [head, ...rows] = (await run('images')).lines;
    expect(head).toMatch(/^REPOSITORY {4}TAG {6}IMAGE ID {7}CREATED {7}SIZE$/);
    expect(rows.map((row) => row.split(/ {3,}/).filter((_, at) => at !== 3))).toEqual([
      ['app', 'latest', short, '9B'],
      ['example/app', '1', short, '9B'],
    ]);
    expect((await run('image', 'ls', '-q', '--no-trunc')).lines).toEqual([id]);
    for (const name of ['app', 'docker.io/library/app:latest', 'example/app:1', short.slice(0, 5), id]) {
      const [document] = JSON.parse((await run('inspect', name)).out);
      expect(document).toMatchObject({
        Id: id,
        RepoTags: ['app:latest', 'example/app:1'],
        Created: '2024-05-06T07:08:09Z',
        Architecture: 'amd64',
        Os: 'linux',
        Size: 9,
        Config: { Cmd: ['/bin/app'], Labels: { tier: 'web' } },
        RootFS: { Type: 'layers', Layers: twoLayers().map((layer) => `sha256:${sha256(layer)}`) },
      });
    }
    const template = '{{.Id}} {{json .Config.Env}} {{index .Config.Labels "tier"}}';
    expect((await run('inspect', '-f', template, 'app')).lines).toEqual([`${id} ["A=1"] web`]);
    expect((await run('images', '--format', '{{.Repository}}:{{.Tag}}', 'example/*')).lines).toEqual([
      'example/app:1',
    ]);
    expect((await run('images', '-q', '--filter', 'label=tier=db')).out).toBe('');
  });

  test('what is not there is an error for each, after what is there', async () => {
    await load();
    const { status, out, err } = await run('inspect', '-f', '{{.Id}}', 'nothing', 'app', 'neither:1');
    expect([status, out]).toEqual([2, `${id}\n`]);
    expect(err).toMatch(/no such image: nothing[\s\S]*no such image: neither:1/);
  });

  test('history, newest first, without what would drive a terminal', async () => {
    await load();
    const { out } = await run('history', '--format', '{{.ID}}|{{.CreatedBy}}|{{.Size}}|{{.Comment}}', 'app');
    expect(out.split('\n').slice(0, 3)).toEqual([
      `${short}|RUN rm etc/old|3B|`,
      '<missing>|CMD ["app"]|0B|',
      '<missing>|/bin/sh -c #(nop) ADD \\x1b[31mfile in /|6B|x',
    ]);
  });

  test('names are given, moved and taken; with the last one the image goes', async () => {
    await load();
    expect(await run('tag', short, 'registry.example:5000/team/app:2')).toMatchObject({
      status: 0,
      out: '',
      err: '',
    });
    expect((await run('rmi', 'app')).lines).toEqual(['Untagged: app:latest']);
    const refused = await run('rmi', short);
    expect([refused.status, refused.out]).toEqual([2, '']);
    expect(refused.err).toContain('names in 2 repositories: example/app:1, registry.example:5000/team/app:2');
    expect((await run('rmi', 'example/app:1')).lines).toEqual(['Untagged: example/app:1']);
    const last = await run('rmi', 'registry.example:5000/team/app:2');
    expect(last.lines.slice(0, 2)).toEqual(['Untagged: registry.example:5000/team/app:2', `Deleted: ${id}`]);
    const { MAYFLY_STORE: store } = bench.places;
    for (const folder of ['layers', 'blobs/sha256', 'catalogue', 'names', 'layer-records'])
      expect(readdirSync(join(store, folder))).toEqual([]);
  });

  test('a name that moves leaves its image nameless, which prune removes; a shared layer stays', async () => {
    await load();
    const [base = Buffer.alloc(0)] = twoLayers();
    writeFileSync(
      join(bench.folder, 'new.tar'),
      buildTar(dockerSaveParts([base], { tags: ['example/app:1', 'app:latest'] })),
    );
    await run('load', '-i', 'new.tar');
    expect((await run('images', '--filter', 'dangling=true', '-q')).lines).toEqual([short]);
    const asked = await run('image', 'prune');
    expect([asked.status, asked.err]).toEqual([2, expect.stringContaining('add --force')]);
    expect((await run('image', 'prune', '-f')).lines).toEqual([
      'Deleted Images:',
      `deleted: ${id}`,
      expect.stringMatching(/^Total reclaimed space: \d/),
    ]);
    expect((await run('images', '-q')).lines).toHaveLength(1);
    expect(readdirSync(join(bench.places.MAYFLY_STORE, 'layers'))).toHaveLength(1);
    expect(await run('store', 'verify')).toMatchObject({ status: 0, out: 'the store is sound: 1 images\n' });
  });

  test('shared layers count once', async () => {
    await load();
    const [base = Buffer.alloc(0)] = twoLayers();
    writeFileSync(join(bench.folder, 'base.tar'), buildTar(dockerSaveParts([base], { tags: ['base:1'] })));
    await run('load', '-i', 'base.tar');
    expect(
      (await run('system', 'df', '--format', '{{.Type}} {{.TotalCount}} {{.Size}}')).lines.slice(0, 2),
    ).toEqual(['Images 2 9B', 'Layers 2 9B']);
    const rows = (
      await run('system', 'df', '-v', '--format', '{{.Repository}} {{.SharedSize}} {{.UniqueSize}}')
    ).lines;
    expect(rows.sort()).toEqual(['base 6B 0B', 'example/app 6B 3B']);
  });

  test('layers of the build cache stay, until everything is pruned', async () => {
    await load();
    const { MAYFLY_STORE: store } = bench.places;
    const [base = Buffer.alloc(0)] = twoLayers();
    const step = { version: 1, diffId: `sha256:${sha256(base)}` };
    writeFileSync(join(store, 'build-cache/step.json'), JSON.stringify(step));
    await run('rmi', '-f', short);
    expect(readdirSync(join(store, 'layers'))).toEqual([sha256(base).slice(0, 24)]);
    expect((await run('image', 'prune', '-f', '-a')).status).toBe(0);
    expect(
      ['layers', 'build-cache', 'blobs/sha256'].flatMap((name) => readdirSync(join(store, name))),
    ).toEqual([]);
  });

  test('damage is found, and mended by taking away what cannot be without it', async () => {
    await load();
    const { MAYFLY_STORE: store } = bench.places;
    const [first = ''] = readdirSync(join(store, 'blobs/sha256')).filter((name) => name !== id.slice(7));
    writeFileSync(join(store, 'blobs/sha256', first), 'damaged');
    writeFileSync(join(store, 'names/x.json'), '{');
    const found = await run('store', 'verify');
    expect([found.status, found.out]).toEqual([4, expect.stringContaining(first)]);
    expect((await run('store', 'repair')).status).toBe(0);
    expect((await run('store', 'verify')).status).toBe(0);
    expect((await run('images', '-q')).lines).toEqual([short]); // its layers are there unpacked
    writeFileSync(join(store, 'blobs/sha256', id.slice(7)), 'damaged');
    expect((await run('store', 'verify')).status).toBe(4);
    await run('store', 'repair');
    expect((await run('images', '-q')).lines).toEqual([]);
    expect((await run('store', 'verify')).status).toBe(0);
  });
});

describeRequiring(['userns'], 'load and save', () => {
  test('save gives back every byte that load took', async () => {
    const files = ociFiles(twoLayers(), { config, refName: 'docker.io/library/app:1' });
    writeFileSync(join(bench.folder, 'app.tar'), gzipSync(archiveOf(files)));
    expect((await run('load', '-i', 'app.tar')).lines).toEqual(['Loaded image: app:1']);
    expect((await run('save', '-o', 'saved.tar', 'app:1')).status).toBe(0);
    mkdirSync(join(bench.folder, 'x'));
    execFileSync('tar', ['-C', join(bench.folder, 'x'), '-xf', join(bench.folder, 'saved.tar')]);
    for (const [path, content] of files) {
      if (path.startsWith('blobs/')) expect(readFileSync(join(bench.folder, 'x', path))).toEqual(content);
    }
    const again = await run('save', '-o', 'again.tar', 'app:1');
    expect(again.status).toBe(0);
    const digest = (name: string): string =>
      createHash('sha256')
        .update(readFileSync(join(bench.folder, name)))
        .digest('hex');
    expect(digest('again.tar')).toBe(digest('saved.tar'));
  });

  test('through pipes, several images, by id without a name', async () => {
    await load();
    const places = Object.entries(bench.places).map(([name, value]) => `${name}=${value}`);
    const program = `env ${places.join(' ')} node ${join(import.meta.dirname, '../../dist/mayfly.js')}`;
    const sh = (line: string): string =>
      execFileSync('sh', ['-c', line], { cwd: bench.folder, encoding: 'utf8' });
    sh(`${program} save ${short} > id.tar && ${program} save app example/app:1 | gzip > both.tar.gz`);
    expect(sh(`${program} load < id.tar`)).toBe(`Loaded image ID: ${id}\n`);
    expect(sh(`${program} load -q < both.tar.gz`)).toBe(
      'Loaded image: app:latest\nLoaded image: example/app:1\n',
    );
  });

  test('a full target or a missing folder is an error, and leaves nothing', async () => {
    await load();
    expect(await run('save', '-o', 'none/app.tar', 'app')).toMatchObject({
      status: 4,
      err: expect.stringContaining('OUTPUT_UNWRITABLE'),
    });
    expect(readdirSync(bench.folder).filter((name) => name.includes('.tmp'))).toEqual([]);
  });
});

describeWithPrograms(['skopeo', 'umoci', 'podman', 'buildah'], ['userns'], 'with the tools of others', () => {
  const tool = (program: string, ...args: readonly string[]): string =>
    execFileSync(program, args, {
      cwd: bench.folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, HOME: bench.folder, TMPDIR: bench.folder },
    });
  const storage = (): readonly string[] => [
    '--root',
    join(bench.folder, 'c'),
    '--runroot',
    join(bench.folder, 'r'),
    '--storage-driver',
    'vfs',
  ];

  test('skopeo, umoci and podman take what save writes', async () => {
    await load();
    await run('save', '-o', 'saved.tar', 'example/app:1');
    expect(tool('skopeo', 'inspect', '--config', '--raw', 'docker-archive:saved.tar:example/app:1')).toBe(
      JSON.stringify(config),
    );
    tool('skopeo', 'copy', '-q', 'oci-archive:saved.tar:1', 'oci:layout:1');
    expect(tool('umoci', 'ls', '--layout', 'layout')).toBe('1\n');
    tool('umoci', 'raw', 'unpack', '--rootless', '--image', 'layout:1', 'root');
    expect(readFileSync(join(bench.folder, 'root/etc/new'), 'utf8')).toBe('new');
    expect(tool('podman', ...storage(), 'load', '-q', '-i', 'saved.tar')).toContain('example/app:1');
    expect(tool('podman', ...storage(), 'images', '-q', '--no-trunc').trim()).toBe(id);
  });

  test('load takes what skopeo, umoci, podman and buildah write', async () => {
    await load();
    await run('save', '-o', 'saved.tar', 'example/app:1');
    tool('podman', ...storage(), 'load', '-q', '-i', 'saved.tar');
    const name = tool('podman', ...storage(), 'images', '--format', '{{.Repository}}:{{.Tag}}').trim();
    for (const format of ['docker-archive', 'oci-archive'])
      tool('podman', ...storage(), 'save', '-q', '--format', format, '-o', `podman-${format}.tar`, name);
    tool('buildah', ...storage(), 'push', '-q', name, 'oci-archive:buildah.tar:example/buildah:1');
    for (const to of [
      'docker-archive:skopeo-docker.tar:example/skopeo:1',
      'oci-archive:skopeo-oci.tar:example/skopeo:2',
    ])
      tool('skopeo', 'copy', '-q', 'docker-archive:saved.tar', to);
    tool('umoci', 'init', '--layout', 'own');
    tool('umoci', 'new', '--image', 'own:1');
    writeFileSync(join(bench.folder, 'hello'), 'hello');
    tool('umoci', 'insert', '--rootless', '--image', 'own:1', 'hello', '/hello');
    tool('tar', '-C', 'own', '-cf', 'umoci.tar', '.');
    const { MAYFLY_STORE: store } = bench.places;
    for (const archive of readdirSync(bench.folder).filter((file) => file.endsWith('.tar'))) {
      const loaded = await run('load', '-q', '-i', archive);
      expect([archive, loaded.status, loaded.err]).toEqual([archive, 0, '']);
    }
    const rows = (await run('images', '--format', '{{.Repository}}:{{.Tag}}')).lines.sort();
    expect(rows).toEqual(
      expect.arrayContaining(['<none>:<none>', 'example/buildah:1', 'example/skopeo:1', 'example/skopeo:2']),
    );
    expect(readdirSync(store)).toContain('catalogue');
    expect((await run('store', 'verify')).status).toBe(0);
  });
});
