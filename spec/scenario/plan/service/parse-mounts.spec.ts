import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Json } from '../../../../src/core/json.ts';
import { isInside } from '../../../../src/scenario/plan/service/check-bind.ts';
import { containerOf, serviceProblems } from '../scenario-builder.ts';

const document = { volumes: { data: { size: '1m' } } };

const forms: readonly (readonly [Json, object])[] = [
  ['data:/srv', { kind: 'volume', volume: 'data', target: '/srv', readOnly: false, copyImageContent: true }],
  [
    'data:/srv/:ro',
    { kind: 'volume', volume: 'data', target: '/srv', readOnly: true, copyImageContent: true },
  ],
  [
    'data:/srv:nocopy',
    { kind: 'volume', volume: 'data', target: '/srv', readOnly: false, copyImageContent: false },
  ],
  ['/srv', { kind: 'volume', volume: '_web_own0', target: '/srv', readOnly: false, copyImageContent: true }],
  ['./conf:/etc/app', { kind: 'bind', hostPath: '/work/scenarios/conf', target: '/etc/app', readOnly: true }],
  [
    './conf:/etc/app:rw,z',
    { kind: 'bind', hostPath: '/work/scenarios/conf', target: '/etc/app', readOnly: false },
  ],
  ['./a/../b:/b', { kind: 'bind', hostPath: '/work/scenarios/b', target: '/b', readOnly: true }],
  [
    { type: 'volume', source: 'data', target: '/d', read_only: true, volume: { nocopy: true } },
    { kind: 'volume', volume: 'data', target: '/d', readOnly: true, copyImageContent: false },
  ],
  [
    { type: 'bind', source: './x', target: '/x' },
    { kind: 'bind', hostPath: '/work/scenarios/x', target: '/x', readOnly: true },
  ],
  [
    { type: 'bind', source: '.', target: '/x', read_only: false },
    { kind: 'bind', hostPath: '/work/scenarios', target: '/x', readOnly: false },
  ],
  [
    { type: 'tmpfs', target: '/run', tmpfs: { size: '1m', mode: '1777' } },
    { kind: 'tmpfs', target: '/run', sizeBytes: 1_048_576, mode: 0o1777, readOnly: false },
  ],
];

test.each(forms)('R13 R14 volumes %j', (volume, mount) => {
  expect(containerOf({ volumes: [volume] }, document).mounts).toEqual([mount]);
});

test('R13 tmpfs with options', () => {
  expect(containerOf({ tmpfs: ['/run:size=16m,mode=755,ro', '/tmp'] }).mounts).toEqual([
    { kind: 'tmpfs', target: '/run', sizeBytes: 2 ** 24, mode: 0o755, readOnly: true },
    { kind: 'tmpfs', target: '/tmp', readOnly: false },
  ]);
  expect(containerOf({ tmpfs: '/run' }).mounts).toHaveLength(1);
});

const mistakes: readonly (readonly [Json, string])[] = [
  ['../up:/x', "SCENARIO_FORBIDDEN at /services/web/volumes/0: `../up` lies outside the scenario's folder"],
  [
    './a/../../b:/x',
    "SCENARIO_FORBIDDEN at /services/web/volumes/0: `./a/../../b` lies outside the scenario's folder",
  ],
  ['/etc:/x', "SCENARIO_FORBIDDEN at /services/web/volumes/0: `/etc` lies outside the scenario's folder"],
  [
    '/work/scenarios-of-others:/x',
    "SCENARIO_FORBIDDEN at /services/web/volumes/0: `/work/scenarios-of-others` lies outside the scenario's folder",
  ],
  ['~/x:/x', 'SCENARIO_WRONG_VALUE at /services/web/volumes/0: `~` is not expanded'],
  ['date:/x', 'SCENARIO_UNDECLARED at /services/web/volumes/0: volume `date` is not declared'],
  ['data:x', 'SCENARIO_WRONG_VALUE at /services/web/volumes/0: `x` is no absolute path without `..`'],
  [
    'data:/a/../b',
    'SCENARIO_WRONG_VALUE at /services/web/volumes/0: `/a/../b` is no absolute path without `..`',
  ],
  [
    'data:/proc/self',
    'SCENARIO_FORBIDDEN at /services/web/volumes/0: nothing can be mounted on `/proc/self`',
  ],
  ['data://', 'SCENARIO_FORBIDDEN at /services/web/volumes/0: nothing can be mounted on `/`'],
  ['data:/x:rox', 'SCENARIO_WRONG_VALUE at /services/web/volumes/0: `rox` is no mode of a mount'],
  [
    { type: 'bind', target: '/x' },
    'SCENARIO_MISSING_KEY at /services/web/volumes/0: a bind without `source`',
  ],
];

test.each(mistakes)('R14 a mount that cannot be: %j', (volume, problem) => {
  expect(serviceProblems({ volumes: [volume] }, document)).toEqual([problem]);
});

test('R14 a bind of what is not there is an error, one that is allowed is none', () => {
  expect(serviceProblems({ volumes: ['./gone:/x'] }, {}, { fileExists: () => false })).toEqual([
    'SCENARIO_WRONG_VALUE at /services/web/volumes/0: there is no `./gone`',
  ]);
  const allow = { privileged: false, hostPaths: ['/srv/data'], publish: false };
  expect(containerOf({ volumes: ['/srv/data/x:/x'] }, {}, { allow }).mounts).toMatchObject([
    { hostPath: '/srv/data/x' },
  ]);
});

test('R13 two mounts on one place are an error, whatever their kinds', () => {
  expect(serviceProblems({ volumes: ['data:/x'], tmpfs: ['/x/'] }, document)).toEqual([
    'SCENARIO_CONFLICT at /services/web/tmpfs/0: two mounts on `/x`',
  ]);
});

test('R14 no path written with `..` gets out of the folder', () => {
  const part = fc.constantFrom('..', '.', 'a', 'b', '');
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 8 }), (parts) => {
      const source = `./${parts.join('/')}`;
      const problems = serviceProblems({ volumes: [`${source}:/x`] });
      const depth = parts.reduce(
        (sum, one) => (one === '..' ? sum - 1 : one === '.' || one === '' ? sum : sum + 1),
        0,
      );
      const [mount] = problems.length > 0 ? [] : containerOf({ volumes: [`${source}:/x`] }).mounts;
      if (mount?.kind === 'bind') expect(isInside(mount.hostPath, '/work/scenarios')).toBe(true);
      if (depth < 0) expect(problems[0]).toContain('SCENARIO_FORBIDDEN');
    }),
    { numRuns: 50 },
  );
});

test('R13 configs and secrets become files', () => {
  const service = {
    configs: ['app', { source: 'app', target: '/etc/app.conf', mode: '0440', uid: 5, gid: '6' }],
    secrets: ['PASSWORD', { source: 'PASSWORD', target: 'other' }],
  };
  const whole = { configs: { app: { content: 'x' } }, secrets: { PASSWORD: { default: 'p' } } };
  expect(containerOf(service, whole).mounts).toEqual([
    { kind: 'file', target: '/app', content: 'x', mode: 0o444, uid: 0, gid: 0 },
    { kind: 'file', target: '/etc/app.conf', content: 'x', mode: 0o440, uid: 5, gid: 6 },
    { kind: 'file', target: '/run/secrets/PASSWORD', content: 'p', mode: 0o444, uid: 0, gid: 0 },
    { kind: 'file', target: '/run/secrets/other', content: 'p', mode: 0o444, uid: 0, gid: 0 },
  ]);
  expect(serviceProblems({ configs: ['none'], secrets: ['none'] })).toEqual([
    'SCENARIO_UNDECLARED at /services/web/configs/0: `none` is not declared',
    'SCENARIO_UNDECLARED at /services/web/secrets/0: `none` is not declared',
  ]);
});
