import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type ImageReference,
  isImageReference,
  parseImageReference,
  renderFamiliar,
  renderReference,
  withDefaultTag,
} from '../../src/core/image-reference.ts';

const digest = `sha256:${'a'.repeat(64)}`;

describe('R9 short names are completed as Docker does', () => {
  test.each<readonly [text: string, full: string, familiar: string]>([
    ['alpine', 'docker.io/library/alpine', 'alpine'],
    ['alpine:3.20', 'docker.io/library/alpine:3.20', 'alpine:3.20'],
    ['team/app', 'docker.io/team/app', 'team/app'],
    ['docker.io/alpine', 'docker.io/library/alpine', 'alpine'],
    ['index.docker.io/library/alpine', 'docker.io/library/alpine', 'alpine'],
    ['docker.io/team/deep/app', 'docker.io/team/deep/app', 'team/deep/app'],
    ['localhost/app', 'localhost/app', 'localhost/app'],
    ['localhost:5000/app:1', 'localhost:5000/app:1', 'localhost:5000/app:1'],
    ['[::1]:5000/app', '[::1]:5000/app', '[::1]:5000/app'],
    [
      'example.org:5000/a/b_c/d--e:latest',
      'example.org:5000/a/b_c/d--e:latest',
      'example.org:5000/a/b_c/d--e:latest',
    ],
    ['UPPER/app', 'UPPER/app', 'UPPER/app'],
    [`app@${digest}`, `docker.io/library/app@${digest}`, `app@${digest}`],
    [`example.org/app:1@${digest}`, `example.org/app:1@${digest}`, `example.org/app:1@${digest}`],
    // Docker has them, and the completed name is no shorter.
    ['docker.io/library/localhost/app', 'docker.io/library/localhost/app', 'library/localhost/app'],
  ])('%s', (text, full, familiar) => {
    const parsed = parseImageReference(text);
    expect([renderReference(parsed), renderFamiliar(parsed)]).toEqual([full, familiar]);
  });

  test('without tag and digest, `latest` is meant', () => {
    expect(withDefaultTag(parseImageReference('alpine')).tag).toBe('latest');
    expect(withDefaultTag(parseImageReference('alpine:1')).tag).toBe('1');
    expect(withDefaultTag(parseImageReference(`alpine@${digest}`)).tag).toBeUndefined();
  });
});

test.each<readonly [text: string, why: RegExp]>([
  ['localhost/App', /lower case/],
  ['App', /lower case/],
  ['', /no repository/],
  ['a//b', /no repository/],
  ['a/', /no repository/],
  ['-app', /no repository/],
  ['app-', /no repository/],
  ['a___b', /no repository/],
  ['../etc/passwd', /no registry/],
  ['example.org/../x', /no repository/],
  ['exa mple.org/x', /no registry/],
  ['example.org:port/x', /no registry/],
  ['localhost:70000/x', /no registry/],
  ['1.2.3.400/x', /no registry/],
  ['http://example.org/x', /no registry/],
  ['app:', /a tag/],
  ['app:.x', /a tag/],
  [`app:${'x'.repeat(129)}`, /a tag/],
  ['app@sha256:abc', /after `@`/],
  [`app@sha256:${'A'.repeat(64)}`, /after `@`/],
  [`app@sha512:${'a'.repeat(128)}`, /after `@`/],
  ['a'.repeat(64), /an id/],
  [`${'a/'.repeat(130)}a`, /at most 255/],
  [`${'a/'.repeat(300)}a`, /longer than 512/],
  ['app\n', /no repository/],
  ['äpp', /no repository/],
])('R9 %j is no reference', (text, why) => {
  expect(isImageReference(text)).toBe(false);
  expect(() => parseImageReference(text)).toThrow(why);
});

const word = fc.stringMatching(/^[a-z0-9]+([._-][a-z0-9]+)?$/);
const references: fc.Arbitrary<ImageReference> = fc.record(
  {
    registry: fc.constantFrom('docker.io', 'localhost', 'localhost:5000', 'example.org', '[::1]:80', 'UP'),
    repository: fc.array(word, { minLength: 2, maxLength: 4 }).map((words) => words.join('/')),
    tag: fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,20}$/),
    digest: fc.constant(digest),
  },
  { requiredKeys: ['registry', 'repository'] },
);

test('what is rendered, in full or short, is read as what it was', () => {
  fc.assert(
    fc.property(references, (reference) => {
      expect(parseImageReference(renderReference(reference))).toEqual(reference);
      expect(parseImageReference(renderFamiliar(reference))).toEqual(reference);
    }),
  );
});

test('no text hangs or breaks the grammar', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', '.', '-', '_', '/', ':', '@', 'A', '[', ']'), maxLength: 600 }),
      (text) => {
        expect(typeof isImageReference(text)).toBe('boolean');
      },
    ),
  );
});
