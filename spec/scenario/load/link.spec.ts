import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/core/json.ts';
import { renderLocation } from '../../../src/core/source-location.ts';
import { memberOf } from '../../../src/scenario/load/json-access.ts';
import { type LoadResult, loadScenarios } from '../../../src/scenario/load/load-scenarios.ts';

const images = 'images: { tools: { host: [sh, sleep] } }\n';
const steps = 'steps: [{ in: web, run: "true" }]\n';

/** Files by their path below /p; the first is loaded. */
function load(files: Readonly<Record<string, string>>, limits = {}): LoadResult {
  const [[main = '', text = ''] = []] = Object.entries(files);
  return loadScenarios(main, text, {
    limits,
    allow: { hostBinds: true },
    links: {
      path: `/p/${main}`,
      read: (path) => {
        const found = files[path.slice('/p/'.length)];
        return found === undefined
          ? { kind: 'refused', code: 'SCENARIO_NOT_FOUND', message: `there is no ${path}` }
          : { kind: 'text', file: path.slice('/p/'.length), text: found };
      },
    },
  });
}

function documentOf(files: Readonly<Record<string, string>>): Readonly<Record<string, Json>> {
  const { scenarios, errors } = load(files);
  expect(errors.map((error) => `${error.at && renderLocation(error.at)} ${error.message}`)).toEqual([]);
  return scenarios[0]?.document ?? {};
}

const messages = ({ errors }: LoadResult): readonly string[] =>
  errors.map(
    (error) => `${error.code} ${error.at === undefined ? '' : renderLocation(error.at)} ${error.message}`,
  );

describe('R26 include', () => {
  test('R1 R26 what an included file declares need not be used by each that includes it', () => {
    const { warnings } = load({
      'shop.yaml': `include: [{ scenario: lib.yaml }]\nvars: { own: 1 }\nservices: { web: { image: tools } }\n${steps}`,
      'lib.yaml': `${images}vars: { port: 5432 }\nnetworks: { side: {} }\nvolumes: { data: {} }\n`,
    });
    expect(warnings.map(({ message }) => message)).toEqual(['the variable `own` is never used']);
  });

  test('R26 what a file declares becomes part of the scenario; its own steps, name and tags do not', () => {
    const document = documentOf({
      'shop.yaml': `include: [{ scenario: lib/db.yaml }]\nservices: { web: { image: tools, depends_on: [db] } }\n${steps}`,
      'lib/db.yaml': `name: db\ntags: [db]\n${images}vars: { port: 5432 }\nrequires: [ipv6]\nservices: { db: { image: tools, environment: { PORT: "\${{ vars.port }}" } } }\nsteps: [{ in: db, run: "false" }]\n`,
    });
    expect(Object.keys(document).sort()).toEqual(
      ['images', 'include', 'requires', 'services', 'steps', 'vars'].sort(),
    );
    expect(document.services).toMatchObject({ db: { image: 'tools' }, web: { image: 'tools' } });
    expect(document.steps).toEqual([{ in: 'web', run: 'true' }]);
  });

  test('R26 places point into the file they are in, with its source line', () => {
    const result = load({
      'shop.yaml': `include: [{ scenario: lib/db.yaml }]\nservices: { web: { image: tools } }\n${steps}`,
      'lib/db.yaml': `${images}\nservices:\n  db:\n    image: tools\n    comand: sleep\n`,
    });
    expect(messages(result)).toEqual([
      'SCENARIO_UNKNOWN_KEY lib/db.yaml:6:5 unknown key `comand` in a service',
    ]);
    expect(result.errors[0]?.sourceLine).toBe('    comand: sleep');
    const fine = load({
      'shop.yaml': `include: [{ scenario: lib/db.yaml }]\n${steps}`,
      'lib/db.yaml': `${images}\nservices:\n  web:\n    image: tools\n`,
    }).scenarios[0];
    const at = fine?.locate('/services/web');
    expect(at).toEqual({ file: 'lib/db.yaml', line: 4, column: 3 });
    expect(fine?.sourceLine(4, 'lib/db.yaml')).toBe('  web:');
    expect(fine?.sourceLine(2, 'shop.yaml')).toBe(steps.trimEnd());
    expect(fine?.file).toBe('shop.yaml');
  });

  test('R26 paths of an included file count from its own folder', () => {
    const document = documentOf({
      'shop.yaml': `include: [{ scenario: lib/db.yaml }]\n${steps}`,
      'lib/db.yaml': [
        'include: [{ scenario: ./more/images.yaml }]',
        'configs: { c: { file: app.conf } }',
        'secrets: { S: { file: ./s.txt } }',
        'services:',
        '  web:',
        '    image: tools',
        '    env_file: [app.env, { path: ./more.env }]',
        '    configs: [c]',
        '    volumes: ["./conf:/etc/app:ro", "/abs:/abs", { type: bind, source: data, target: /data }, "named:/n"]',
        '    security_opt: ["seccomp=profile.json", "no-new-privileges:true"]',
        'volumes: { named: {} }',
        '',
      ].join('\n'),
      'lib/more/images.yaml':
        'images: { tools: { host: [sh, ./bin/app] }, a: { archive: a.tar }, r: { rootfs: { path: ../r.tar } } }\n',
    });
    expect(document.services).toEqual({
      web: {
        image: 'tools',
        env_file: ['./lib/app.env', { path: './lib/more.env' }],
        configs: ['c'],
        volumes: [
          './lib/conf:/etc/app:ro',
          '/abs:/abs',
          { type: 'bind', source: './lib/data', target: '/data' },
          'named:/n',
        ],
        security_opt: ['seccomp=./lib/profile.json', 'no-new-privileges:true'],
      },
    });
    expect(document.configs).toEqual({ c: { file: './lib/app.conf' } });
    expect(document.secrets).toEqual({ S: { file: './lib/s.txt' } });
    expect(document.images).toEqual({
      tools: { host: ['sh', './lib/more/bin/app'] },
      a: { archive: './lib/more/a.tar' },
      r: { rootfs: { path: './lib/r.tar' } },
    });
  });

  test('R26 the same file over two ways is the same', () => {
    const document = documentOf({
      'shop.yaml': `include: [{ scenario: a.yaml }, { scenario: b.yaml }]\n${steps}`,
      'a.yaml': 'include: [{ scenario: base.yaml }]\nservices: { web: { image: tools } }\n',
      'b.yaml': 'include: [{ scenario: ./base.yaml }]\nservices: { db: { image: tools } }\n',
      'base.yaml': images,
    });
    expect(document.images).toEqual({ tools: { host: ['sh', 'sleep'] } });
  });

  test('R26 two declarations of one name are an error, in whichever files they stand', () => {
    const result = load({
      'shop.yaml': `include: [{ scenario: a.yaml }, { scenario: b.yaml }]\n${images}${steps}`,
      'a.yaml': 'services: { web: { image: tools } }\n',
      'b.yaml': '\nservices: { web: { image: tools } }\n',
    });
    expect(messages(result)).toEqual([
      'SCENARIO_CONFLICT b.yaml:2:13 the service `web` is already declared in a.yaml, on line 1',
    ]);
  });

  test('R26 R5 a circle, a chain too deep and too many files are errors that name it', () => {
    const chain = (count: number): Record<string, string> =>
      Object.fromEntries(
        Array.from({ length: count }, (_unused, index) => [
          `f${index}.yaml`,
          `include: [{ scenario: f${index + 1}.yaml }]\n${index === 0 ? `${images}services: { web: { image: tools } }\n${steps}` : ''}`,
        ]),
      );
    const deep = { ...chain(5), 'f5.yaml': 'networks: {}\n' };
    expect(messages(load(deep))).toEqual([]);
    expect(messages(load(deep, { linkDepth: 3 }))).toEqual([
      'SCENARIO_LIMIT f3.yaml:1:23 files include each other deeper than the limit `linkDepth` of 3',
    ]);
    expect(messages(load(deep, { linkedFiles: 4 }))).toEqual([
      'SCENARIO_LIMIT f4.yaml:1:23 more files are included than the limit `linkedFiles` of 4',
    ]);
    expect(messages(load({ ...chain(2), 'f2.yaml': 'include: [{ scenario: f0.yaml }]\n' }))).toEqual([
      'SCENARIO_CYCLE f2.yaml:1:23 `f0.yaml` includes itself',
    ]);
  });

  test('R26 each document of a file has its own includes', () => {
    const text = `include: [{ scenario: a.yaml }]\n${steps}---\ninclude: [{ scenario: b.yaml }]\n${steps}`;
    const service = `${images}services: { web: { image: tools } }\n`;
    const { scenarios, errors } = load({ 'shop.yaml': text, 'a.yaml': service, 'b.yaml': service });
    expect(errors).toEqual([]);
    expect(scenarios.map((scenario) => scenario.locate('/services/web').file)).toEqual(['a.yaml', 'b.yaml']);
  });

  test('a file without steps that another includes is known as a part', () => {
    expect(load({ 'a.yaml': images }).isPart).toBe(true);
    const main = load({ 'shop.yaml': `include: [{ scenario: ./a.yaml }]\n${steps}`, 'a.yaml': images });
    expect([main.isPart, main.links]).toEqual([false, ['/p/a.yaml']]);
  });
});

describe('R26 extends', () => {
  const extended = (base: string, own: string): Json | undefined =>
    memberOf(
      documentOf({
        'shop.yaml': `${images}networks: { front: {}, back: {} }\nvolumes: { v: {} }\nservices:\n  base: { image: tools, ${base} }\n  web: { extends: base, ${own} }\n${steps}`,
      }).services,
      'web',
    );

  const table: readonly [what: string, base: string, own: string, wanted: Json][] = [
    ['single values are replaced', 'user: a, init: false', 'user: b', { user: 'b', init: false }],
    ['a command is one whole', 'command: [a, b]', 'command: [c]', { command: ['c'] }],
    [
      'mappings are merged by key',
      'environment: { A: 1, B: 2 }',
      'environment: { B: 3 }',
      { environment: { A: 1, B: 3 } },
    ],
    [
      'a list of assignments is a mapping',
      'environment: [A=1, B=2, C]',
      'environment: { B: 3 }',
      { environment: { A: '1', B: 3, C: null } },
    ],
    ['in either', 'labels: { a: x }', 'labels: [a=y, b=z]', { labels: { a: 'y', b: 'z' } }],
    [
      'lists are joined, each value once',
      'cap_add: [KILL, CHOWN]',
      'cap_add: [CHOWN, FOWNER]',
      { cap_add: ['KILL', 'CHOWN', 'FOWNER'] },
    ],
    [
      'mounts go by where they are mounted',
      'volumes: ["v:/a", "v:/b"]',
      'volumes: [{ type: volume, source: v, target: /a, read_only: true }]',
      { volumes: ['v:/b', { type: 'volume', source: 'v', target: '/a', read_only: true }] },
    ],
    ['a text and a list', 'tmpfs: "/run:size=1m"', 'tmpfs: [/tmp, /run]', { tmpfs: ['/tmp', '/run'] }],
    [
      'networks in both forms',
      'networks: [front]',
      'networks: { back: { aliases: [x] } }',
      { networks: { front: null, back: { aliases: ['x'] } } },
    ],
    [
      'settings of one network',
      'networks: { back: { aliases: [x], ipv4_address: 10.0.0.1 } }',
      'networks: { back: { aliases: [y] } }',
      { networks: { back: { aliases: ['y'], ipv4_address: '10.0.0.1' } } },
    ],
    [
      'a health check',
      'healthcheck: { test: [CMD, a], retries: 3 }',
      'healthcheck: { test: [CMD, b] }',
      { healthcheck: { test: ['CMD', 'b'], retries: 3 } },
    ],
    ['an empty value leaves what was', 'environment: { A: 1 }', 'environment: {}', { environment: { A: 1 } }],
    [
      'names of hosts',
      'extra_hosts: ["a:1.1.1.1"]',
      'extra_hosts: { b: 2.2.2.2 }',
      { extra_hosts: { a: '1.1.1.1', b: '2.2.2.2' } },
    ],
  ];
  test.each(table)('R26 %s', (_what, base, own, wanted) => {
    expect(extended(base, own)).toEqual({ image: 'tools', ...(wanted as object) });
  });

  test('R26 over files and chains; each file counts from its own folder', () => {
    const document = documentOf({
      'shop.yaml': `${images}services:\n  web: { extends: { service: mid, file: lib/mid.yaml }, environment: { C: 1 } }\n${steps}`,
      'lib/mid.yaml':
        'services:\n  mid: { extends: { service: base, file: ../base/base.yaml }, env_file: mid.env, environment: { B: 1 } }\n',
      'base/base.yaml':
        'services: { base: { extends: root }, root: { image: tools, volumes: ["./d:/d"], environment: { A: 1 } } }\n',
    });
    expect(document.services).toEqual({
      web: {
        image: 'tools',
        volumes: ['./base/d:/d'],
        env_file: './lib/mid.env',
        environment: { A: 1, B: 1, C: 1 },
      },
    });
  });

  test('R26 depends_on of the base names services of the scenario', () => {
    const result = load({
      'shop.yaml': `${images}services:\n  web: { extends: { service: base, file: base.yaml } }\n${steps}`,
      'base.yaml': 'services:\n  base: { image: tools, depends_on: [db] }\n',
    });
    expect(messages(result)).toEqual(['SCENARIO_UNDECLARED base.yaml:2:38 there is no service `db`']);
  });

  test('R26 an included service extends one of its own file', () => {
    const document = documentOf({
      'shop.yaml': `include: [{ scenario: a.yaml }]\n${steps}`,
      'a.yaml': `${images}services: { base: { image: tools, user: x }, web: { extends: base } }\n`,
    });
    expect(document.services).toMatchObject({ web: { image: 'tools', user: 'x' } });
  });
});
