import { describe, expect, test } from 'vitest';
import { findImage } from '../../src/image/find-image.ts';
import { planRemoval } from '../../src/image/plan-removal.ts';
import { knownImage } from './known-image.ts';

const digest = `sha256:${'d'.repeat(64)}`;
const app = knownImage('aa11', [
  'docker.io/library/app:1',
  'docker.io/library/app:latest',
  `docker.io/library/app@${digest}`,
]);
const other = knownImage('aa22', ['docker.io/library/aa1:latest', 'example.org/team/other:2']);
const nameless = knownImage('bb33', []);
const images = [app, other, nameless];

describe('which image is meant', () => {
  test.each([
    ['app', app],
    ['app:1', app],
    ['docker.io/library/app:1', app],
    [`app@${digest}`, app],
    [`app:1@${digest}`, app],
    ['example.org/team/other:2', other],
    // A name comes before the beginning of an id.
    ['aa1', other],
    ['aa11', app],
    ['b', nameless],
    [`sha256:bb33`, nameless],
    [nameless.id, nameless],
    [nameless.id.slice(7), nameless],
  ])('%s', (text, image) => expect(findImage(text, images).image.id).toBe(image.id));

  test('the beginning of two ids lists both', () => {
    expect(() => findImage('aa', images)).toThrow(
      /2 ids: aa1100000000 \(app:1\), aa2200000000 \(aa1:latest\)/,
    );
  });

  test.each(['nothing', 'app:2', 'cc', 'APP', '', `app@sha256:${'e'.repeat(64)}`])('%j is none', (text) => {
    expect(() => findImage(text, images)).toThrow('no such image');
  });
});

describe('what rmi takes away', () => {
  const removal = (text: string, force = false) => planRemoval(findImage(text, images), force);

  test('a name among several, alone', () => {
    expect(removal('app:1')).toEqual({ untag: ['docker.io/library/app:1'], remove: undefined });
  });

  test('with the last tag the digests and the image', () => {
    const one = knownImage('cc', ['docker.io/library/one:1', `docker.io/library/one@${digest}`]);
    expect(planRemoval(findImage('one:1', [one]), false)).toEqual({ untag: one.references, remove: one.id });
  });

  test('an id with all names of one repository; of several only by force', () => {
    expect(removal('aa11')).toEqual({ untag: app.references, remove: app.id });
    expect(() => removal('aa22')).toThrow('names in 2 repositories: aa1:latest, example.org/team/other:2');
    expect(removal('aa22', true)).toEqual({ untag: other.references, remove: other.id });
  });

  test('the nameless by its id', () => expect(removal('bb33')).toEqual({ untag: [], remove: nameless.id }));
});
